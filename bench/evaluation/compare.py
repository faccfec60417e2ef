"""Runs every work beside its peers: same table, same machine, same run. Prints a table of cost and agreement.

    cargo build --profile dist -p banso-bench-evaluation
    python3 bench/evaluation/compare.py FOLDER [WORK ...]

FOLDER is made if need be: the peers, at the versions below, go to virtual environments there, and the synthetic tables (4 GB for all works). R with
fixest joins where `Rscript` finds it. WORK is `1m`, `10m`, `50m` (streamed only), `rd`, `did` or `honest`; all but `50m` without one.

Processor seconds are of the estimation alone, with the table in memory, peers warmed up by a small one; `streamed` reads its file within
them. Memory is the most that the whole process held, table and interpreter included. Agreement is the largest relative difference of estimates,
and of standard errors where these are not random.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

PEERS = [
    "numpy==2.4.6", "pandas==3.1.1", "pyarrow==26.0.1", "pyfixest==0.60.0", "rdrobust==2.1.1", "rdrobust-rust==0.1.1",
    "csdid==0.4.3", "drdid==1.1.7", "differences==0.3.0", "diff-diff==3.13.0",
]
# It takes arrays of one number for numbers, which numpy 2.4 no longer does.
HONEST = ["numpy==2.3.5", "honestdid==0.1.1"]
HERE = pathlib.Path(__file__).resolve().parent
CASE = HERE.parent.parent / "crates/engines/evaluation/tests/truth/honest_ehec.json"


class Bench:
    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.python = self.environment("venv", PEERS)
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target"))
        self.ours = target / "dist/estimators"
        found = shutil.which("Rscript") and subprocess.run(["Rscript", "-e", "library(fixest)"], capture_output=True).returncode == 0
        self.fixest = found

    def environment(self, name, packages):
        python = self.folder / name / "bin/python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", self.folder / name], check=True)
            subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
        return python

    def table(self, kind, rows):
        path = self.folder / f"data/{kind}-{rows}.parquet"
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            subprocess.run([self.python, HERE / "tables.py", kind, str(rows), path], check=True)
        return path

    def banso(self, work, path, times):
        return cost(times, self.ours, work, path)

    def peer(self, script, path, times, python=None):
        return cost(times, python or self.python, HERE / "peers" / script, path)

    def r(self, path, times, threads):
        csv = path.with_suffix(".csv")
        if not csv.exists():
            program = f"import pyarrow.parquet as q, pyarrow.csv as c; c.write_csv(q.read_table('{path}'), '{csv}')"
            subprocess.run([self.python, "-c", program], check=True)
        return cost(times, "env", f"FIXEST_THREADS={threads}", "Rscript", HERE / "peers/fixest.R", csv)


def said(*words):
    run = subprocess.run([str(w) for w in words], capture_output=True, text=True)
    if run.returncode:
        return {"failed": (run.stderr.strip().splitlines() or [f"exit {run.returncode}"])[-1]}
    return json.loads(run.stdout.strip().splitlines()[-1])


def cost(times, *words):
    """Processor seconds as a mean over `times`; memory of a run that does the work once."""
    run = said(*words, times)
    if times > 1 and "failed" not in run:
        run["peak"] = said(*words, 1).get("peak", run["peak"])
    return run


def apart(run, own, keys):
    # A peer that gives the event times but not their mean gives what comes first.
    pairs = [(a, b) for key in keys for a, b in zip(run[key], own[key])]
    # What is nought by construction has no relative difference.
    gaps = [abs(a - b) / max(abs(a), abs(b)) for a, b in pairs if max(abs(a), abs(b)) > 1e-12]
    return f"{max(gaps):.0e}" if gaps else "–"


def lines(work, runs, keys=("estimates", "errors")):
    own = next(iter(runs.values()))
    for who, run in runs.items():
        if "failed" in run:
            print(f"| {work} | {who} | failed: {run['failed']} | | | | |", flush=True)
            continue
        ratio, memory = (f"{run[k] / own[k]:.1f}×" if own[k] else "–" for k in ("cpu", "peak"))
        row = [work, who, f"{run['cpu']:.3g}", f"{run['peak']:.3g}", ratio, memory, "" if run is own else apart(run, own, keys)]
        print("| " + " | ".join(row) + " |", flush=True)


def least_squares(bench, millions, times):
    for kind in ["balanced", "worker-firm"]:
        path = bench.table(kind, millions * 1_000_000)
        runs = {
            "Banso": bench.banso("least-squares", path, times),
            "Banso, streamed": bench.banso("least-squares-streamed", path, times),
            "pyfixest 0.60.0": bench.peer("pyfixest_feols.py", path, times),
        }
        if bench.fixest:
            runs["R fixest, 1 thread"] = bench.r(path, times, 1)
            runs["R fixest, 2 threads"] = bench.r(path, times, 2)
            path.with_suffix(".csv").unlink()
        lines(f"least squares, {millions} M rows, {kind}", runs)


def discontinuity(bench):
    for rows, times in [(100_000, 20), (1_000_000, 5)]:
        path = bench.table("score", rows)
        runs = {
            "Banso": bench.banso("discontinuity", path, times),
            "rdrobust-rust 0.1.1": bench.peer("rdrobust_compiled.py", path, times),
            "rdrobust 2.1.1": bench.peer("rdrobust_python.py", path, times),
        }
        lines(f"discontinuity, defaults, {rows:,} rows", runs)


def difference(bench):
    path = bench.table("staggered", 100_000)
    runs = {
        "Banso": bench.banso("difference", path, 3),
        "diff-diff 3.13.0": bench.peer("diff_diff_callaway.py", path, 3),
        "csdid 0.4.3": bench.peer("csdid_attgt.py", path, 1),
        "differences 0.3.0": bench.peer("differences_attgt.py", path, 1),
    }
    lines("group-time effects, doubly robust, 1,000 draws, 100,000 units × 10", runs, ["estimates"])


def sensitivity(bench):
    python = bench.environment("venv-honest", HONEST)
    runs = {
        "Banso": bench.banso("sensitivity", CASE, 3),
        "honestdid 0.1.1": bench.peer("honestdid_python.py", CASE, 1, python),
    }
    lines("conditional sensitivity interval, four bounds, 200 values", runs)


def main():
    bench = Bench(pathlib.Path(sys.argv[1]).resolve())
    asked = sys.argv[2:] or ["1m", "10m", "rd", "did", "honest"]
    print("| work | who | CPU s | peak GiB | CPU against ours | memory against ours | apart |\n|---|---|---:|---:|---:|---:|---:|")
    for work in asked:
        if work == "1m":
            least_squares(bench, 1, 3)
        elif work == "10m":
            least_squares(bench, 10, 1)
        elif work == "50m":
            path = bench.table("worker-firm", 50_000_000)
            lines("least squares, 50 M rows, worker-firm", {"Banso, streamed": bench.banso("least-squares-streamed", path, 1)})
        elif work == "rd":
            discontinuity(bench)
        elif work == "did":
            difference(bench)
        elif work == "honest":
            sensitivity(bench)
        else:
            sys.exit(f"no such work: {work}")


main()
