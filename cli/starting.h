// What the verbs that make and start containers share: `run`, `create`, `start`.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"

namespace cli {

// Makes a container, with progress on a terminal where `watched`. Progress is for people: on a
// terminal or not at all, so that a program that reads standard error finds the container's there
// and nothing else. Throws what the engine does, in the personality's words.
engine::Container create_container(Context& context, const engine::CreateRequest& request,
                                   bool watched);

// Starts one with nobody attached, and prints its name as it was given. Throws how that failed.
void start_container(Context& context, const std::string& name);

// Says what there is to say of the end of a container that was attached, and gives the exit status.
int report_outcome(Context& context, const engine::RunOutcome& outcome,
                   const std::vector<std::string>& argv);

// The same of a command that could not be started.
int report_failure(Context& context, const engine::StartFailure& failure,
                   const std::vector<std::string>& argv);

}  // namespace cli
