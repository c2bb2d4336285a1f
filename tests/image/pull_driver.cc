// image_pull_driver STORE NAME [OPTION=VALUE…]: pulls into a store and prints the image as JSON,
// for tests of the worker without the command line. Options: platform, insecure, ca, credentials,
// stall.
#include <unistd.h>

#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <span>

#include "base/error.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/signals.h"
#include "image/image_json.h"
#include "image/worker_client.h"

namespace {

class PrintedProgress : public base::Progress {
 public:
  void message(std::string_view text) override { print(std::string(text)); }
  void update(std::string_view item, std::string_view state, std::uint64_t done,
              std::uint64_t total) override {
    print(std::string(item) + ": " + std::string(state) + " " + std::to_string(done) + "/" +
          std::to_string(total));
  }

 private:
  static void print(const std::string& line) { base::write_all(STDERR_FILENO, line + "\n"); }
};

image::PullOptions read_options(std::span<char*> words) {
  image::PullOptions options;
  for (const std::string word : words) {
    const std::size_t equals = word.find('=');
    const std::string key = word.substr(0, equals);
    const std::string value = word.substr(equals + 1);
    if (key == "platform") options.platform = image::Platform::parse(value);
    if (key == "insecure") options.insecure_registries.push_back(value);
    if (key == "ca") options.ca_file = value;
    if (key == "credentials") options.credentials_file = value;
    if (key == "stall") options.stall_timeout = std::chrono::seconds(std::stoi(value));
  }
  return options;
}

void run(std::span<char*> words) {
  image::ImageStore store(words[1]);
  PrintedProgress progress;
  const base::InterruptGuard guard;
  const image::Pulled pulled = image::pull(store, image::Reference::parse(words[2]),
                                           read_options(words.subspan(3)), progress);
  base::Json json = image::to_json(pulled.image);
  json["pulled_digest"] = pulled.digest.text();
  json["changed"] = pulled.changed;
  base::write_all(STDOUT_FILENO, base::dump_json(json));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  try {
    run({argv, static_cast<std::size_t>(argc)});
    return 0;
  } catch (const base::Error& error) {
    base::write_all(STDERR_FILENO,
                    std::string(base::to_string(error.kind())) + ": " + error.what() + "\n");
    return 1;
  }
}
