// A registry's refusal as an error, in docker's words (distribution, docs/spec/api.md#errors).
#pragma once

#include <string>

#include "base/error.h"
#include "image/reference.h"
#include "image/transport.h"

namespace image {

// "401 Unauthorized"
std::string status_text(int status);
// For a manifest: not_found and denied speak of the image.
base::Error manifest_error(const HttpRequest& request, const HttpResponse& response,
                           const Reference& name, const NameDefaults& names);
// For anything else: "GET https://…: 403 Forbidden (denied: …)".
base::Error exchange_error(const HttpRequest& request, const HttpResponse& response);

}  // namespace image
