"""Least squares with two fixed effects against pyfixest (and R fixest where Rscript finds it): same data, same machine, same run.

    python3 bench/evaluation/least_squares.py FOLDER [MILLIONS ...]

FOLDER is made if need be; a virtual environment with the pinned peers and the synthetic data go there. The Rust side is built with
`cargo build --profile dist -p banso-bench-evaluation` first. Processor seconds are of the regression alone, with the data in memory;
`streamed` reads the file within them. Memory is the most that the whole process held.
"""
import json, os, pathlib, shutil, subprocess, sys

PEERS = ["pyfixest==0.60.0", "pyarrow==26.0.1"]
HERE = pathlib.Path(__file__).resolve().parent.parent.parent
MAKE = """
import sys, numpy as np, pyarrow as pa, pyarrow.parquet as pq
n, kind, out = int(sys.argv[1]), sys.argv[2], sys.argv[3]
r = np.random.default_rng(20260401)
if kind == "balanced":
    a, b = np.repeat(np.arange(n // 10), 10), np.tile(np.arange(10), n // 10)
else:
    a, b = r.integers(0, n // 20, n), r.integers(0, n // 500, n)
fa, fb = r.standard_normal(a.max() + 1), r.standard_normal(b.max() + 1)
x = [r.standard_normal(n) + 0.3 * fa[a] - 0.2 * fb[b] for _ in range(5)]
y = sum((i + 1) * v for i, v in enumerate(x)) + fa[a] + fb[b] + r.standard_normal(n)
pq.write_table(pa.table({"y": y, **{f"x{i+1}": v for i, v in enumerate(x)}, "a": a, "b": b}), out)
"""
PYFIXEST = """
import sys, time, json, resource, pandas as pd, pyfixest as pf
d = pd.read_parquet(sys.argv[1])
f = "y ~ x1 + x2 + x3 + x4 + x5 | a + b"
pf.feols(f, d.head(20000), vcov={"CRV1": "a"})
c, w = time.process_time(), time.perf_counter()
m = pf.feols(f, d, vcov={"CRV1": "a"})
c, w = time.process_time() - c, time.perf_counter() - w
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(json.dumps({"cpu": c, "wall": w, "peak": peak, "estimates": list(m.coef()), "errors": list(m.se())}))
"""
FIXEST = """
p <- commandArgs(TRUE)[1]; suppressMessages(library(fixest)); d <- data.table::fread(p)
t <- proc.time(); m <- feols(y ~ x1 + x2 + x3 + x4 + x5 | a + b, d, cluster = ~a); t <- proc.time() - t
cat(sprintf('{"cpu": %f, "wall": %f, "peak": %f, "estimates": [%s], "errors": [%s]}', t[[1]] + t[[2]], t[[3]],
    as.numeric(sub("[^0-9]*([0-9]+).*", "\\\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 2^20,
    paste(sprintf("%.17g", coef(m)), collapse = ","), paste(sprintf("%.17g", se(m)), collapse = ",")))
"""


def said(*words):
    run = subprocess.run([str(w) for w in words], capture_output=True, text=True)
    if run.returncode:
        return {"failed": run.stderr.strip().splitlines()[-1:] or run.returncode}
    return json.loads(run.stdout.strip().splitlines()[-1])


def main():
    folder = pathlib.Path(sys.argv[1]); folder.mkdir(parents=True, exist_ok=True)
    python = folder / "venv/bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PEERS], check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE / "target"))
    ours = target / "dist/least-squares"
    has_fixest = shutil.which("Rscript") and not subprocess.run(["Rscript", "-e", "library(fixest)"], capture_output=True).returncode
    print("| work | who | CPU s | wall s | peak GiB | CPU against ours | largest relative difference |\n|---|---|---:|---:|---:|---:|---:|")
    for millions in sys.argv[2:] or ["1", "10"]:
        for kind in ["balanced", "worker-firm"]:
            n, path = int(float(millions) * 1e6), folder / f"{kind}-{millions}.parquet"
            if not path.exists():
                subprocess.run([python, "-c", MAKE, str(n), kind, path], check=True)
            runs = {"banso": said(ours, path), "banso, streamed": said(ours, path, "stream"), "pyfixest 0.60.0": said(python, "-c", PYFIXEST, path)}
            if has_fixest:
                csv = path.with_suffix(".csv")
                subprocess.run([python, "-c", f"import pandas as p; p.read_parquet('{path}').to_csv('{csv}', index=False)"], check=True)
                script = folder / "fixest.R"; script.write_text(FIXEST)
                runs["R fixest"] = said("Rscript", script, csv); csv.unlink()
            own = runs["banso"]
            for who, run in runs.items():
                if "failed" in run or "failed" in own:
                    print(f"| {millions} M {kind} | {who} | failed: {run} |"); continue
                apart = max(abs(a / b - 1) for key in ["estimates", "errors"] for a, b in zip(run[key], own[key]))
                print(f"| {millions} M {kind} | {who} | {run['cpu']:.2f} | {run['wall']:.2f} | {run['peak']:.2f} | {run['cpu'] / own['cpu']:.1f}× | {apart:.0e} |", flush=True)


main()
