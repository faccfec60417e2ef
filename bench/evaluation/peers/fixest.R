words <- commandArgs(TRUE)
times <- if (length(words) > 1) as.integer(words[2]) else 1L
suppressMessages(library(fixest))
setFixest_nthreads(as.integer(Sys.getenv("FIXEST_THREADS", "2")))
d <- data.table::fread(words[1])
start <- proc.time()
for (i in seq_len(times)) m <- feols(y ~ x1 + x2 + x3 + x4 + x5 | a + b, d, cluster = ~a)
took <- (proc.time() - start) / times
whole <- proc.time()
peak <- as.numeric(sub("[^0-9]*([0-9]+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 2^20
cat(sprintf(
  '{"cpu": %f, "wall": %f, "peak": %f, "whole_cpu": %f, "estimates": [%s], "errors": [%s]}\n',
  took[[1]] + took[[2]], took[[3]], peak, whole[[1]] + whole[[2]],
  paste(sprintf("%.17g", coef(m)), collapse = ","), paste(sprintf("%.17g", se(m)), collapse = ",")
))
