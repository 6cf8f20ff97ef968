# What R metafor takes for one task of synthesis.py, at its default options, and what it finds.
#
#     Rscript benchmarks/synthesis.R TASK FOLDER
#
# Reads the columns that synthesis.py wrote into FOLDER. Prints the wall and CPU seconds of one call (the median of ROUNDS) and how
# many analyses a call does. Writes TASK.metafor.csv, results at default options, and TASK.metafor-tight.csv, the same with stopping
# rules that are tighter than the defaults, not timed.

suppressPackageStartupMessages(library(metafor))

task <- commandArgs(TRUE)[1]
folder <- commandArgs(TRUE)[2]

read <- function(name, rows = -1) as.matrix(read.csv(file.path(folder, paste0(name, ".csv")), nrows = rows))
write <- function(found, name) {
  write.table(format(found, digits = 16, trim = TRUE), file.path(folder, paste0(task, ".", name, ".csv")), sep = ",", row.names = FALSE,
              col.names = FALSE, quote = FALSE)
}

LOOP <- 200 # analyses done one by one
SAMPLE <- 40 # of how many specifications one is run

tight <- function(v) list(threshold = 1e-13 * mean(v), tol = 1e-14 * mean(v), maxiter = 10000)

fit <- function(y, v, method = "REML", control = list()) {
  tryCatch(rma(y, v, method = method, test = "knha", control = control), error = function(e) NULL)
}
numbers <- function(f) if (is.null(f)) rep(NA, 4) else c(f$beta[1], f$tau2, f$ci.lb, f$ci.ub)

loop <- function(k, method, strict) {
  y <- read(paste0("effect_", k), LOOP)
  v <- read(paste0("variance_", k), LOOP)
  t(sapply(seq_len(nrow(y)), function(i) numbers(fit(y[i, ], v[i, ], method, if (strict) tight(v[i, ]) else list()))))
}

every <- function(k, strict) { # with all that pool() returns
  y <- read(paste0("effect_", k), LOOP)
  v <- read(paste0("variance_", k), LOOP)
  t(sapply(seq_len(nrow(y)), function(i) {
    f <- fit(y[i, ], v[i, ], "REML", if (strict) tight(v[i, ]) else list())
    if (is.null(f)) return(rep(NA, 8))
    profile <- tryCatch(confint(f, control = if (strict) list(tol = 1e-14 * mean(v[i, ])) else list()), error = function(e) NULL)
    bounds <- if (is.null(profile)) rep(NA, 2) else profile$random["tau^2", c("ci.lb", "ci.ub")]
    predicted <- predict(f)
    c(numbers(f), bounds, predicted$pi.lb, predicted$pi.ub)
  }))
}

first <- function(k) list(y = read(paste0("effect_", k), 1)[1, ], v = read(paste0("variance_", k), 1)[1, ])

universe <- function(strict) {
  cells <- read.csv(file.path(folder, "specifications.csv"), colClasses = "character")
  trials <- read.csv(file.path(folder, "trials.csv"))
  cells <- cells[seq(1, nrow(cells), by = SAMPLE), ]
  t(sapply(seq_len(nrow(cells)), function(i) {
    one <- cells[i, ]
    taken <- trials[as.integer(strsplit(one$rows, " ")[[1]]), ]
    es <- escalc(one$measure, ai = a, n1i = n1, ci = c, n2i = n2, data = taken, to = one$to, add = 0.5)
    f <- rma(yi, vi, data = es, method = one$method, test = one$test, control = if (strict) tight(es$vi) else list(maxiter = 10000))
    c(f$beta[1], f$se)
  }))
}

nested <- function() as.data.frame(read("nested"))
level <- function(strict) {
  d <- nested()
  control <- if (strict) list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15) else list()
  rma.mv(yi, vi, random = ~ 1 | district / school, data = d, control = control)
}
counted <- function(measure, model, name) {
  function(strict) {
    d <- as.data.frame(read(name))
    glmer <- list(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e6), tolPwrss = 1e-12)
    control <- if (strict && model != "CM.EL") list(glmerCtrl = glmer) else list()
    f <- if (measure == "PLO") {
      rma.glmm(measure = "PLO", xi = events, ni = total, data = d, control = control)
    } else {
      rma.glmm(measure = "OR", model = model, ai = a, n1i = n1, ci = c, n2i = n2, data = d, control = control)
    }
    matrix(c(f$beta[1], f$tau2, f$ci.lb, f$ci.ub), 1)
  }
}

selected <- function(strict) {
  d <- as.data.frame(read("selected"))
  control <- if (strict) list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15) else list()
  f <- selmodel(rma(yi, vi, data = d, method = "ML"), type = "stepfun", steps = 0.025, control = control)
  matrix(c(f$beta[1], f$tau2, f$ci.lb, f$ci.ub, f$delta[2]), 1)
}

one_10 <- first(10)
one_30 <- first(30)
strict_10 <- fit(one_10$y, one_10$v, control = tight(one_10$v))
whole <- fit(one_30$y, one_30$v)
strict_whole <- fit(one_30$y, one_30$v, control = tight(one_30$v))

# each: how many analyses a call does, how many calls are timed, and the call
tasks <- list(
  fits_10 = list(LOOP, 3, function(strict) loop(10, "REML", strict)),
  fits_30 = list(LOOP, 3, function(strict) loop(30, "REML", strict)),
  moments_10 = list(LOOP, 3, function(strict) loop(10, "PM", strict)),
  moments_30 = list(LOOP, 3, function(strict) loop(30, "PM", strict)),
  every_10 = list(LOOP, 1, function(strict) every(10, strict)),
  every_30 = list(LOOP, 1, function(strict) every(30, strict)),
  leave_one_out = list(1, 5, function(strict) {
    left <- leave1out(if (strict) strict_whole else whole)
    cbind(left$estimate, left$tau2, left$ci.lb, left$ci.ub)
  }),
  permutations = list(1, 1, function(strict) if (strict) NULL else matrix(permutest(whole, iter = 1000, progbar = FALSE)$pval[1], 1)),
  flips = list(1, 1, function(strict) {
    f <- if (strict) strict_10 else fit(one_10$y, one_10$v)
    matrix(permutest(f, exact = TRUE, progbar = FALSE)$pval[1], 1)
  }),
  multiverse = list(1 / SAMPLE, 1, universe),
  multilevel = list(1, 5, function(strict) {
    f <- level(strict)
    matrix(c(f$beta[1], f$sigma2, f$ci.lb, f$ci.ub), 1)
  }),
  multilevel_profile = list(1, 1, function(strict) {
    f <- level(strict)
    found <- confint(f, control = if (strict) list(tol = 1e-12) else list())
    matrix(c(f$beta[1], f$sigma2, f$ci.lb, f$ci.ub, sapply(1:2, function(j) found[[j]]$random[1, c("ci.lb", "ci.ub")])), 1)
  }),
  glmm_PLO = list(1, 3, counted("PLO", "", "groups")),
  `glmm_UM.FS` = list(1, 3, counted("OR", "UM.FS", "rare")),
  `glmm_CM.AL` = list(1, 3, counted("OR", "CM.AL", "rare")),
  `glmm_CM.EL` = list(1, 3, counted("OR", "CM.EL", "rare")),
  selection = list(1, 5, selected)
)

chosen <- tasks[[task]]
work <- function(strict) suppressWarnings(chosen[[3]](strict))
if (chosen[[2]] > 1) invisible(work(FALSE)) # so that nothing is compiled in the timed calls
cost <- sapply(seq_len(chosen[[2]]), function(i) {
  gc(FALSE)
  before <- proc.time()
  found <<- work(FALSE)
  spent <- proc.time() - before
  c(spent[["elapsed"]], spent[["user.self"]] + spent[["sys.self"]])
})
write(found, "metafor")
strict <- work(TRUE)
if (!is.null(strict)) write(strict, "metafor-tight")
cat(sprintf("{\"count\": %.16g, \"wall_s\": %.6f, \"cpu_s\": %.6f, \"version\": \"%s, R %s\"}\n", chosen[[1]], median(cost[1, ]),
            median(cost[2, ]), packageVersion("metafor"), getRversion()))
