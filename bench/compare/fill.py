#!/usr/bin/env python3
"""Fills a registry: 20 repositories of 169 tags, each tag with a digest of its own. Usage: fill.py http://HOST:PORT

A version without a flavour is an index of two platforms, one with -alpine a single image; all have a configuration with the date
on which they were made, a day or so after the version before. What is there already is pushed again and stays the same.
"""
import datetime
import gzip
import hashlib
import http.client
import io
import json
import sys
import tarfile
import threading
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

REPOSITORIES = [f"team/app{i:02d}" for i in range(20)]
FIRST = datetime.datetime(2025, 1, 1, tzinfo=datetime.timezone.utc)
MANIFEST, INDEX = "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"
CONFIG, LAYER = "application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+gzip"


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Registry:
    """Pushes to a registry, over one connection a thread."""

    def __init__(self, address):
        self._host, self._local = urllib.parse.urlsplit(address).netloc, threading.local()

    def _call(self, method, path, data=b"", media=None):
        if not hasattr(self._local, "connection"):
            self._local.connection = http.client.HTTPConnection(self._host, timeout=60)
        self._local.connection.request(method, path, data, {"Content-Type": media} if media else {})
        answer = self._local.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {text[:300]!r}")
        return answer

    def _blob(self, repository, data, media):
        place = urllib.parse.urlsplit(self._call("POST", f"/v2/{repository}/blobs/uploads/").headers["Location"])
        query = (place.query + "&" if place.query else "") + "digest=" + urllib.parse.quote(digest_of(data))
        self._call("PUT", f"{place.path}?{query}", data, "application/octet-stream")
        return {"mediaType": media, "digest": digest_of(data), "size": len(data)}

    def _manifest(self, repository, version, body):
        data = json.dumps(body).encode()
        self._call("PUT", f"/v2/{repository}/manifests/{version or digest_of(data)}", data, body["mediaType"])
        return {"mediaType": body["mediaType"], "digest": digest_of(data), "size": len(data)}

    def push(self, repository, tag, created, platforms):
        """Pushes a tag, an index where there are several platforms, and gives its digest."""
        tar = io.BytesIO()
        with tarfile.open(fileobj=tar, mode="w") as archive:
            text = f"{repository}:{tag} of {created}\n".encode()
            file = tarfile.TarInfo("etc/release")
            file.size = len(text)
            archive.addfile(file, io.BytesIO(text))
        layer = self._blob(repository, gzip.compress(tar.getvalue(), mtime=0), LAYER)

        entries = []
        for platform in platforms:
            config = {"architecture": platform, "os": "linux", "created": created,
                      "config": {"Labels": {"org.opencontainers.image.version": tag}},
                      "rootfs": {"type": "layers", "diff_ids": [digest_of(tar.getvalue())]}}
            manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "layers": [layer],
                        "config": self._blob(repository, json.dumps(config).encode(), CONFIG)}
            entry = self._manifest(repository, tag if len(platforms) == 1 else None, manifest)
            entries.append({**entry, "platform": {"architecture": platform, "os": "linux"}})
        if len(platforms) == 1:
            return entries[0]["digest"]
        return self._manifest(repository, tag, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})["digest"]


def tags():
    """Each tag with the day on which it was made."""
    day = 0
    for major in (1, 2, 3):
        for minor in range(8):
            for patch in range(3):
                day += 5
                yield f"{major}.{minor}.{patch}", day
                yield f"{major}.{minor}.{patch}-alpine", day
            yield f"{major}.{minor}", day
    yield "latest", day


def fill(address):
    registry = Registry(address)

    def push(repository, tag, day):
        created = (FIRST + datetime.timedelta(days=day)).isoformat().replace("+00:00", "Z")
        registry.push(repository, tag, created, ["amd64"] if tag.endswith("-alpine") else ["amd64", "arm64"])

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(push, repository, *tag) for repository in REPOSITORIES for tag in tags()]:
            done.result()


if __name__ == "__main__":
    fill(sys.argv[1])
