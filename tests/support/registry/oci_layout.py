"""Writes OCI image layouts and layers with exactly the entries that a test wants.

What docker or umoci would refuse to make (an entry without its parent directory, a link into a
lower layer) must be written by hand; one and the same input gives the same bytes.
"""

import gzip
import hashlib
import io
import json
import os
import subprocess
import tarfile

EPOCH = int(os.environ.get("SOURCE_DATE_EPOCH", "1700000000"))

LAYER = "application/vnd.oci.image.layer.v1.tar"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


class LayerTar:
    """A layer's tar, entry by entry; names without a leading slash."""

    def __init__(self):
        self._bytes = io.BytesIO()
        self._tar = tarfile.open(fileobj=self._bytes, mode="w", format=tarfile.PAX_FORMAT)

    def _add(self, name, kind, mode, owner, content=b"", link="", mtime=EPOCH, xattrs=None):
        info = tarfile.TarInfo(name)
        info.type, info.mode, info.mtime, info.linkname = kind, mode, mtime, link
        info.uid, info.gid = owner
        info.size = len(content)
        info.pax_headers = {f"SCHILY.xattr.{k}": v for k, v in (xattrs or {}).items()}
        self._tar.addfile(info, io.BytesIO(content))

    def directory(self, name, mode=0o755, owner=(0, 0), **more):
        self._add(name, tarfile.DIRTYPE, mode, owner, **more)

    def file(self, name, content=b"", mode=0o644, owner=(0, 0), **more):
        self._add(name, tarfile.REGTYPE, mode, owner, content, **more)

    def symlink(self, name, target):
        self._add(name, tarfile.SYMTYPE, 0o777, (0, 0), link=target)

    def hard_link(self, name, target, mode=0o644):
        self._add(name, tarfile.LNKTYPE, mode, (0, 0), link=target)

    def finish(self):
        self._tar.close()
        return self._bytes.getvalue()


class Layout:
    """A directory with oci-layout, index.json and blobs."""

    def __init__(self, directory):
        self._directory = directory
        self._tagged = []
        os.makedirs(f"{directory}/blobs/sha256", exist_ok=True)

    def blob(self, media_type, content):
        digest = hashlib.sha256(content).hexdigest()
        with open(f"{self._directory}/blobs/sha256/{digest}", "wb") as out:
            out.write(content)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}

    def layer(self, tar, compression="gzip"):
        """Returns (descriptor, diff id) of the uncompressed tar."""
        if compression == "gzip":
            packed = self.blob(f"{LAYER}+gzip", gzip.compress(tar, 6, mtime=0))
        elif compression == "zstd":
            done = subprocess.run(["zstd", "-q", "-c"], input=tar, stdout=subprocess.PIPE, check=True)
            packed = self.blob(f"{LAYER}+zstd", done.stdout)
        else:
            packed = self.blob(LAYER, tar)
        return packed, "sha256:" + hashlib.sha256(tar).hexdigest()

    def image(self, layers, config, architecture="amd64"):
        """The descriptor of a manifest over layers as layer() returned them."""
        created = "2023-11-14T22:13:20Z"
        document = {
            "created": created,
            "architecture": architecture,
            "os": "linux",
            "config": config,
            "rootfs": {"type": "layers", "diff_ids": [diff_id for _, diff_id in layers]},
            "history": [{"created": created, "created_by": "vxn tests"} for _ in layers],
        }
        if architecture == "arm64":
            document["variant"] = "v8"
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.blob(CONFIG, to_json(document)),
            "layers": [descriptor for descriptor, _ in layers],
        }
        platform = {k: document[k] for k in ("architecture", "os", "variant") if k in document}
        return {**self.blob(MANIFEST, to_json(manifest)), "platform": platform}

    def index(self, manifests):
        document = {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}
        return self.blob(INDEX, to_json(document))

    def tag(self, name, descriptor):
        named = {k: v for k, v in descriptor.items() if k != "platform"}
        named["annotations"] = {"org.opencontainers.image.ref.name": name}
        self._tagged.append(named)

    def finish(self):
        with open(f"{self._directory}/oci-layout", "w", encoding="ascii") as out:
            out.write('{"imageLayoutVersion":"1.0.0"}')
        with open(f"{self._directory}/index.json", "wb") as out:
            out.write(to_json({"schemaVersion": 2, "manifests": self._tagged}))


def to_json(document):
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
