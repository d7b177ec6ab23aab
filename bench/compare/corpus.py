#!/usr/bin/env python3
"""Makes a Git repository of 200 services with 1,400 uses of the images of fill.py. Usage: corpus.py FOLDER HOST:PORT [RENOVATE_JSON]

Each service has a Dockerfile and a Compose file, a Kubernetes manifest of two images each, and Helm values of one. Which images
these are is the same each time. Of a configuration for Renovate a copy is put into it.
"""
import random
import shutil
import subprocess
import sys
from pathlib import Path

SERVICES = 200

DOCKERFILE = """\
FROM {} AS build
WORKDIR /src
COPY . .
RUN make

FROM {}
COPY --from=build /src/out /app
CMD ["/app"]
"""
COMPOSE = """\
services:
  web:
    image: {}
    ports: ['80:80']
  cache:
    image: {}
"""
KUBERNETES = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: svc
spec:
  template:
    spec:
      initContainers:
        - name: init
          image: {}
      containers:
        - name: main
          image: {}
"""
VALUES = """\
image:
  repository: {}
  tag: {}
"""


def make(folder, registry, configuration=None):
    choice = random.Random(7)

    def image():
        name = f"{registry}/team/app{choice.randrange(20):02d}"
        return name, f"{choice.choice((1, 2))}.{choice.randrange(8)}.{choice.randrange(3)}" + choice.choice(("", "-alpine"))

    for i in range(SERVICES):
        service = Path(folder) / "services" / f"svc{i:04d}"
        for path, text, uses in (("Dockerfile", DOCKERFILE, 2), ("docker-compose.yml", COMPOSE, 2), ("k8s/deployment.yaml", KUBERNETES, 2)):
            (service / path).parent.mkdir(parents=True, exist_ok=True)
            (service / path).write_text(text.format(*(":".join(image()) for _ in range(uses))))
        (service / "chart").mkdir(exist_ok=True)
        (service / "chart/values.yaml").write_text(VALUES.format(*image()))

    if configuration:
        shutil.copy(configuration, Path(folder) / "renovate.json")
    git = ["git", "-C", folder, "-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "main", folder], check=True)
    subprocess.run([*git, "add", "--all"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", "Services"], check=True)


if __name__ == "__main__":
    make(*sys.argv[1:])
