#!/usr/bin/env python3
"""Compares what `basewatch scan` finds with what Renovate extracts, and reckons recall and precision. See README.md."""
import argparse
import csv
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent


def canonical(name):
    """The name as Docker reads it: docker.io/library/nginx for nginx."""
    name = re.sub(r"^(docker|oci|https?)://", "", (name or "").strip().strip("'\"")).rstrip("/")
    host, _, rest = name.partition("/")
    if not rest or not ("." in host or ":" in host or host == "localhost"):
        host, rest = "docker.io", name
    if host in ("index.docker.io", "registry-1.docker.io"):
        host = "docker.io"
    if host == "docker.io" and "/" not in rest:
        rest = "library/" + rest
    return f"{host}/{rest}".lower()


def key(file, name, tag, digest):
    return file, canonical(name), tag or None, (digest or "").lower() or None


def written(k):
    return k[1] + (f":{k[2]}" if k[2] else "") + (f"@{k[3]}" if k[3] else "")


def run(command, cwd, env=None):
    return subprocess.run(command, cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, text=True, errors="replace")


def commit_of(folder):
    return run(["git", "rev-parse", "HEAD"], folder).stdout.strip() or "none"


def copy_without_settings(folder, copy):
    """What is tracked, without the repository's own settings for Renovate, which narrow what it reads: `requireConfig`
    does not keep the local platform from reading them."""
    if run(["git", "checkout-index", "-a", "-f", "--prefix", f"{copy}/"], folder).returncode != 0 or not copy.exists():
        shutil.copytree(folder, copy, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git"))
    for name in ("", ".github/", ".gitlab/"):
        for file in ("renovate.json", "renovate.jsonc", "renovate.json5", ".renovaterc", ".renovaterc.json", ".renovaterc.jsonc", ".renovaterc.json5", "package.json"):
            (copy / (name + file)).unlink(missing_ok=True)


def renovate(folder, commit, args):
    """{manager: Counter of keys} and {key: how Renovate wrote it down}; the report is kept, as a commit never changes."""
    config = HERE / "renovate.js"
    name = hashlib.sha256((args.renovate + config.read_text() + folder.name + commit).encode()).hexdigest()[:24]
    report = args.cache / f"{folder.name}-{name}.json"
    if not report.exists():
        part = report.with_suffix(".part")
        with tempfile.TemporaryDirectory(dir=args.cache) as temporary:
            copy = Path(temporary) / "copy"
            copy_without_settings(folder, copy)
            done = run(shlex.split(args.renovate), copy, {
                "RENOVATE_CONFIG_FILE": str(config), "RENOVATE_REPORT_PATH": str(part), "LOG_LEVEL": "warn",
                "RENOVATE_BASE_DIR": str(Path(temporary) / "base"), "GIT_CEILING_DIRECTORIES": temporary})
        if not part.exists():
            sys.exit(f"{folder}: Renovate left no report:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        part.rename(report)
    found, shown = defaultdict(Counter), {}
    for repository in json.loads(report.read_text())["repositories"].values():
        for manager, files in repository.get("packageFiles", {}).items():
            for entry in files:
                for dep in entry["deps"]:
                    if dep.get("datasource") != "docker" or dep.get("skipReason") or dep.get("depName") is None:
                        continue
                    tag = dep.get("currentValue")  # "undefined" where a Helm value is left empty
                    k = key(entry["packageFile"], dep.get("packageName") or dep["depName"], None if tag == "undefined" else tag, dep.get("currentDigest"))
                    found[manager][k] += 1
                    shown.setdefault(k, dep.get("replaceString") or dep["depName"])
    return found, shown


def basewatch(folder, args):
    done = run([str(args.basewatch), "scan", str(folder), "--format", "json"], folder)
    if done.returncode not in (0, 3):
        sys.exit(f"{folder}: basewatch scan ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line]


class Text:
    """The lines of a folder's files, for showing where a disagreement is."""

    def __init__(self, folder):
        self.folder, self.held = folder, {}

    def lines(self, file):
        if file not in self.held:
            try:
                self.held[file] = (self.folder / file).read_text(encoding="utf-8-sig", errors="replace").splitlines()
            except OSError:
                self.held[file] = []
        return self.held[file]

    def line(self, file, number):
        lines = self.lines(file)
        return lines[number - 1].strip()[:160] if 0 < number <= len(lines) else ""

    def find(self, k, shown):
        """The likeliest line: Renovate gives none."""
        file, name, tag, digest = k
        short = name.rsplit("/", 1)[-1]
        shown = shown if "\n" not in shown else None
        wanted = [["image", shown], [shown], [short, tag], [short, digest], [name.removeprefix("docker.io/").removeprefix("library/")], [short], [tag], [digest]]
        for parts in wanted:
            if all(parts):
                for number, line in enumerate(self.lines(file), 1):
                    if all(part in line for part in parts):
                        return number
        return 0


def judgements():
    with (HERE / "judged.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    for number, row in enumerate(rows, 2):
        if row["side"] not in ("renovate", "basewatch") or row["verdict"] not in ("true", "false") or not row["reason"] or None in row:
            sys.exit(f"judged.tsv:{number}: six fields, a side (renovate, basewatch), a verdict (true, false) and a reason are needed")
        name, _, row["commit"] = row["repository"].partition("@")
        row["name"] = name
        row["file"], row["image"] = (re.compile(re.escape(row[column]).replace(r"\*", ".*")) for column in ("path", "reference"))
    return rows


def judged(rows, side, repository, k):
    for row in rows:
        if row["side"] == side and row["name"] == repository[0] and repository[1].startswith(row["commit"]) \
                and row["file"].fullmatch(k[0]) and row["image"].fullmatch(written(k)):
            return row["verdict"] == "true", row["reason"]
    return None


def compare(folder, args, rows):
    commit = commit_of(folder)
    repository = folder.name.replace("+", "/"), commit
    managers, shown = renovate(folder, commit, args)
    uses = basewatch(folder, args)
    text = Text(folder)
    theirs = Counter()
    named = defaultdict(set)
    for manager, keys in managers.items():
        theirs |= keys  # several managers read the same place: the most that one of them saw
        for k in keys:
            named[k].add(manager)
    ours, skipped, places = Counter(), defaultdict(list), defaultdict(list)
    for use in sorted(uses, key=lambda u: u["skip"] is not None):
        if use["image"]:
            k = key(use["file"], use["image"], use["tag"], use["digest"])
            # A use that can't be updated is claimed only where it is an answer to something that Renovate has.
            if use["skip"] is None or ours[k] < theirs[k]:
                ours[k] += 1
                places[k].append(use)
                continue
        skipped[use["file"]].append(use)
    both = theirs & ours
    sides = []
    for side, more in (("renovate", theirs - ours), ("basewatch", ours - theirs)):
        for k in sorted(more, key=str):
            if side == "renovate":
                line, kinds = text.find(k, shown[k]), sorted(named[k])
                skip = next((u for u in skipped[k[0]] if abs(u["line"] - line) <= 1), None)
            else:
                use = places[k][-1]
                line, kinds, skip = use["line"], [use["format"]], None
            sides.append({
                "repository": "@".join((repository[0], commit[:12])), "side": side, "file": k[0], "line": line, "kinds": kinds,
                "reference": written(k), "count": more[k], "of": max(theirs[k], ours[k]), "text": text.line(k[0], line),
                "skip": skip and f"{skip['format']}: {skip['skip']}", "judged": judged(rows, side, repository, k)})
    return {
        "folder": folder.name, "both": [(sorted(named[k]), sorted({u["format"] for u in places[k]}), both[k]) for k in both],
        "skipped": Counter((u["format"], u["skip"]) for us in skipped.values() for u in us), "sides": sides}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="work trees, each named owner+name")
    parser.add_argument("--basewatch", required=True, type=lambda p: Path(p).resolve(), help="the basewatch executable")
    parser.add_argument("--renovate", default="npx --yes renovate@44.121.2", help="how Renovate is started (%(default)s)")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "basewatch-extraction", help="where Renovate's reports are kept")
    parser.add_argument("--kind", help="list disagreements of this manager or format alone")
    parser.add_argument("--all", action="store_true", help="list the judged ones and the mere repeats too")
    parser.add_argument("--json", action="store_true", help="print disagreements as JSON lines and nothing else")
    args = parser.parse_args()
    args.cache = args.cache.resolve()
    args.cache.mkdir(parents=True, exist_ok=True)
    rows = judgements()
    folders = [f.resolve() for f in args.folders if f.is_dir()]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda f: compare(f, args, rows), folders))

    sides = [s for r in results for s in r["sides"]]
    listed = [s for s in sides if (args.all or s["judged"] is None) and (not args.kind or args.kind in s["kinds"])]
    if args.json:
        for s in listed:
            print(json.dumps(s))
        return

    for s in listed:
        mark = {None: "?", True: "true", False: "false"}[s["judged"] and s["judged"][0]]
        print(f"{'-' if s['side'] == 'renovate' else '+'} {mark:5} {s['repository']} {s['file']}:{s['line']} [{' '.join(s['kinds'])}] {s['reference']}"
              f"{' (%d of %d)' % (s['count'], s['of']) if s['of'] > 1 else ''}{' (skipped: %s)' % s['skip'] if s['skip'] else ''}\n      {s['text']}")

    def total(some):
        return sum(s["count"] for s in some)

    def verdict(s):
        return s["judged"][0] if s["judged"] else None

    def table(side, of_both):
        kinds = sorted({k for r in results for b in r["both"] for k in b[of_both]} | {k for s in sides if s["side"] == side for k in s["kinds"]})
        print(f"\n{side:22}{'both':>7}{'only':>7}{'true':>7}{'false':>7}{'open':>7}{'skipped':>9}")
        for kind in kinds:
            only = [s for s in sides if s["side"] == side and kind in s["kinds"]]
            print(f"{kind:22}{sum(b[2] for r in results for b in r['both'] if kind in b[of_both]):7}{total(only):7}"
                  + "".join(f"{total(s for s in only if verdict(s) is v):7}" for v in (True, False, None))
                  + f"{total(s for s in only if s['skip']):9}")

    table("renovate", 0)
    table("basewatch", 1)
    skips = sum((r["skipped"] for r in results), Counter())
    print("\nlisted by Basewatch with a reason why not to be updated, beyond the uses above:")
    for (kind, reason), count in skips.most_common(15):
        print(f"{count:7}  {kind}: {reason}")

    def share(part, whole):
        return f"{part} of {whole} = {100 * part / whole:.2f}%" if whole else "nothing to reckon"

    for side, what in (("renovate", "recall"), ("basewatch", "precision")):
        def figures(some):
            both = sum(b[2] for r in some for b in r["both"])
            by = {v: total(s for r in some for s in r["sides"] if s["side"] == side and verdict(s) is v) for v in (True, False, None)}
            good, bad = (both, by[True]) if side == "renovate" else (both + by[True], by[False])
            return good, good + bad, by[None]

        good, whole, unknown = figures(results)
        each = [figures([r]) for r in results]
        mean = [g / (w + u) for g, w, u in each if w + u]
        print(f"\n{what}: {share(good, whole)} without the {unknown} open ones; {share(good, whole + unknown)} with these against Basewatch"
              f"; the mean over {len(mean)} repositories is then {100 * sum(mean) / max(len(mean), 1):.2f}%", end="")
    print()


if __name__ == "__main__":
    main()
