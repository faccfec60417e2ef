"""What a piece of work costs: processor seconds of all threads, seconds on the clock, and the most memory the process has held."""
import json
import resource
import sys
import time


def measured(work, times):
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(times):
        found = work()
    cpu, wall = (time.process_time() - cpu) / times, (time.perf_counter() - wall) / times
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return found, {"cpu": cpu, "wall": wall, "peak": peak, "whole_cpu": time.process_time()}


def asked():
    """The table's path and how many times the work is done."""
    return sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1


def tell(cost, estimates, errors):
    print(json.dumps({**cost, "estimates": [float(v) for v in estimates], "errors": [float(v) for v in errors]}))
