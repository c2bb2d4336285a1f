// The words of a Dockerfile's line, as docker reads them (buildkit, frontend/dockerfile/parser and
// shell): quotes, escapes, and variables that are filled in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace frontends {

std::string upper(std::string text);  // ASCII

// Takes the first word off a text, and the white space around it; "" where there is none. It ends
// at white space that is neither quoted nor escaped; its quotes and escapes stay.
std::string take_word(std::string_view& text);
// All words. The second knows of neither quotes nor escapes.
std::vector<std::string> split_words(std::string_view text);
std::vector<std::string> split_blanks(std::string_view text);

// Quotes and escapes are taken away; $NAME, ${NAME}, ${NAME:-WORD}, ${NAME:+WORD} and ${NAME:?WORD}
// become what `env` ("NAME=VALUE") has for them, or nothing. Both throw usage in docker's words.
std::string expand_word(std::string_view word, const std::vector<std::string>& env);
// The same, split at white space that was not quoted, in variables too.
std::vector<std::string> expand_words(std::string_view word, const std::vector<std::string>& env);

}  // namespace frontends
