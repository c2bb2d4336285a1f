#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

class InspectImageTest : public AppTest {
 protected:
  InspectImageTest() {
    image::Image app = fake::image("app:1", '1', 2'048'000, before_now(0));
    app.config_blob.bytes = 300;
    app.manifest.bytes = 100;
    app.manifest.media_type = "application/vnd.oci.image.manifest.v1+json";
    app.layers[0].content_bytes = 2'000'000;
    app.layers[0].diff_id = image::Digest::sha256(std::string(64, 'd')).value();
    app.config.os = "linux";
    app.config.architecture = "amd64";
    app.config.cmd = {"sh"};
    app.config.exposed_ports = {"80/tcp"};
    app.config.history = {{.created = before_now(0), .created_by = "COPY a <b> &"}};
    fake::world().images = {app};
  }
};

// Members, their order and the white space are the tools' own.
TEST_F(InspectImageTest, DockersDocument) {
  EXPECT_EQ(vdkr({"inspect", "app:1"}).out, R"([
    {
        "Id": "sha256:1111111111111111111111111111111111111111111111111111111111111111",
        "RepoTags": [
            "app:1"
        ],
        "RepoDigests": [
            "app@sha256:1111111111111111111111111111111111111111111111111111111111111110"
        ],
        "Parent": "",
        "Comment": "",
        "Created": "2026-01-02T03:04:05Z",
        "Container": "",
        "ContainerConfig": {
            "Hostname": "",
            "Domainname": "",
            "User": "",
            "AttachStdin": false,
            "AttachStdout": false,
            "AttachStderr": false,
            "Tty": false,
            "OpenStdin": false,
            "StdinOnce": false,
            "Env": null,
            "Cmd": null,
            "Image": "",
            "Volumes": null,
            "WorkingDir": "",
            "Entrypoint": null,
            "OnBuild": null,
            "Labels": null
        },
        "DockerVersion": "",
        "Author": "",
        "Config": {
            "Hostname": "",
            "Domainname": "",
            "User": "",
            "AttachStdin": false,
            "AttachStdout": false,
            "AttachStderr": false,
            "ExposedPorts": {
                "80/tcp": {}
            },
            "Tty": false,
            "OpenStdin": false,
            "StdinOnce": false,
            "Env": null,
            "Cmd": [
                "sh"
            ],
            "Image": "",
            "Volumes": null,
            "WorkingDir": "",
            "Entrypoint": null,
            "OnBuild": null,
            "Labels": null
        },
        "Architecture": "amd64",
        "Os": "linux",
        "Size": 2000000,
        "VirtualSize": 2000000,
        "GraphDriver": {
            "Data": null,
            "Name": "squashfs"
        },
        "RootFS": {
            "Type": "layers",
            "Layers": [
                "sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
            ]
        },
        "Metadata": {
            "LastTagTime": "0001-01-01T00:00:00Z"
        }
    }
]
)");
}

TEST_F(InspectImageTest, PodmansDocument) {
  EXPECT_EQ(vpdmn({"image", "inspect", "app:1"}).out, R"([
     {
          "Id": "1111111111111111111111111111111111111111111111111111111111111111",
          "Digest": "sha256:1111111111111111111111111111111111111111111111111111111111111110",
          "RepoTags": [
               "docker.io/library/app:1"
          ],
          "RepoDigests": [
               "docker.io/library/app@sha256:1111111111111111111111111111111111111111111111111111111111111110"
          ],
          "Parent": "",
          "Comment": "",
          "Created": "2026-01-02T03:04:05Z",
          "Config": {
               "ExposedPorts": {
                    "80/tcp": {}
               },
               "Cmd": [
                    "sh"
               ]
          },
          "Version": "",
          "Author": "",
          "Architecture": "amd64",
          "Os": "linux",
          "Size": 2048500,
          "VirtualSize": 2048500,
          "GraphDriver": {
               "Name": "squashfs",
               "Data": null
          },
          "RootFS": {
               "Type": "layers",
               "Layers": [
                    "sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
               ]
          },
          "Labels": null,
          "Annotations": {},
          "ManifestType": "application/vnd.oci.image.manifest.v1+json",
          "User": "",
          "History": [
               {
                    "created": "2026-01-02T03:04:05Z",
                    "created_by": "COPY a <b> &"
               }
          ],
          "NamesHistory": [
               "docker.io/library/app:1"
          ]
     }
]
)");
}

TEST_F(InspectImageTest, PodmansTemplatesShowTimesAsGoPrintsThem) {
  const std::vector<std::string> command{"inspect", "-f", "{{.Created}} {{json .Created}}",
                                         "app:1"};
  EXPECT_EQ(vpdmn(command).out, "2026-01-02 03:04:05 +0000 UTC \"2026-01-02T03:04:05Z\"\n");
  EXPECT_EQ(vdkr(command).out, "2026-01-02T03:04:05Z \"2026-01-02T03:04:05Z\"\n");
}

TEST_F(InspectImageTest, ExistsIsAStatus) {
  fake::world().containers = {fake::container("web", engine::Created{}, test_now())};
  EXPECT_EQ(vpdmn({"image", "exists", "app:1"}).code, 0);
  const Said absent = vpdmn({"image", "exists", "none"});
  EXPECT_EQ(absent.code, 1);
  EXPECT_EQ(absent.out + absent.err, "");
  EXPECT_EQ(vpdmn({"container", "exists", "--external", "web"}).code, 0);
  EXPECT_EQ(vpdmn({"container", "exists", "app:1"}).code, 1);
  EXPECT_EQ(vpdmn({"image", "exists"}).code, 125);
}

}  // namespace
}  // namespace cli
