#include "cli/app.h"
#include "frontends/personalities.h"

int main(int argc, char** argv) {
  return cli::run_app(frontends::docker_personality("vdkr"), argc, argv);
}
