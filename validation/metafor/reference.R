# Reference results of R metafor for the data sets of reference/, one JSON file each:
#
#   Rscript reference.R [NAME ...]
#
# Made with R 4.2.2, metafor 3.8-1, metadat 1.2-0, clubSandwich 0.5.8, lme4 1.1-31, jsonlite 1.8.4 (Debian 12: r-base-core
# r-cran-metafor r-cran-metadat r-cran-clubsandwich r-cran-lme4 r-cran-jsonlite). Each file names the paper that the
# numbers come from, and holds the cells that the results need, nothing else of metadat.
#
# Iterative fits are tightened far beyond the defaults of metafor, which are absolute: they stop once tau^2 moves less than
# 1e-5. Of several starts the one with the highest likelihood is kept.
suppressPackageStartupMessages({
  library(metafor); library(metadat); library(clubSandwich); library(jsonlite)
})
stopifnot(packageVersion("metafor") == "3.8.1", packageVersion("metadat") == "1.2.0")
pdf(NULL)
options(warn = -1)

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
out <- file.path(here, "reference")

EFFECTS_OF <- list(
  "2x2" = c("OR", "RR", "RD", "AS", "PETO"), means = c("MD", "SMD", "SMDH", "ROM", "VR", "CVR"),
  prop = c("PR", "PLN", "PLO", "PAS", "PFT"), rate2 = c("IRR", "IRD", "IRSD"), rate1 = c("IR", "IRLN", "IRS", "IRFT"),
  corr = c("COR", "UCOR", "ZCOR"), change = c("MC", "SMCC", "SMCR", "ROMC"), generic = character()
)
METHODS <- c("EE", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM", "SJIT")
FEWER <- c("EE", "DL", "ML", "REML", "PM")  # for every measure of a comparison but its first
TESTS <- c("z", "t", "knha", "adhoc")
LIKELIHOOD <- c("ML", "REML")
STEPS <- c(0.025, 0.5)

# ---- small things ------------------------------------------------------------------------------------------------------

tried <- function(expr) tryCatch(expr, error = function(e) list(error = conditionMessage(e)))
plain <- function(x) as.numeric(unlist(x, use.names = FALSE))
or_null <- function(x) if (is.null(x) || length(x) == 0) NA else plain(x)

tight <- function(vi, method, start = NULL, slack = 1) {
  scale <- mean(vi)
  con <- list(threshold = slack * 1e-13 * scale, maxiter = 1e5, tol = 1e-14 * scale, tau2.max = 1e6 * scale)
  if (!is.null(start)) con$tau2.init <- start
  con
}

# One fit, global where a likelihood is maximised.
fit <- function(yi, vi, method, test = "z", mods = NULL, ...) {
  call <- function(start = NULL, slack = 1) {
    arguments <- list(yi = yi, vi = vi, method = method, test = test, control = tight(vi, method, start, slack), ...)
    if (!is.null(mods)) arguments$mods <- mods
    do.call(rma.uni, arguments)
  }
  starts <- if (method %in% LIKELIHOOD) c(list(NULL), as.list(c(0, 10) * var(yi))) else list(NULL)
  fits <- list()
  for (start in starts) {
    for (slack in c(1, 10, 1000)) {
      found <- tryCatch(call(start, slack), error = function(e) e)
      if (!inherits(found, "error")) { fits <- c(fits, list(found)); break }
    }
  }
  if (!length(fits)) stop(conditionMessage(found))
  fits[[which.max(sapply(fits, function(f) f$fit.stats["ll", if (method == "REML") "REML" else "ML"]))]]
}

tested <- function(res) list(estimate = plain(res$beta), se = res$se, pval = res$pval, ci_lb = res$ci.lb, ci_ub = res$ci.ub)

predicted <- function(res) {
  p <- predict(res); r <- predict(res, pi.type = "riley")
  list(pi_lb = p$pi.lb, pi_ub = p$pi.ub, pi_riley_lb = r$pi.lb, pi_riley_ub = r$pi.ub)
}

fit_block <- function(yi, vi, method, ...) {
  first <- fit(yi, vi, method, "z", ...)
  block <- list(tau2 = first$tau2, tau2_se = or_null(first$se.tau2), I2 = first$I2, H2 = first$H2, QE = first$QE,
                QEp = first$QEp)
  if (method %in% c("EE", LIKELIHOOD)) block$ll <- plain(first$fit.stats["ll", if (method == "REML") "REML" else "ML"])
  for (test in TESTS) block[[test]] <- tried({
    res <- fit(yi, vi, method, test, ...)
    both <- c(tested(res), if (method != "EE") predicted(res))
    if (test %in% c("t", "adhoc")) both[if (test == "t") c("pval", "ci_lb", "ci_ub", "pi_lb", "pi_ub") else c("se", "ci_lb", "ci_ub")]
    else both
  })
  lapply(block, function(b) if (is.list(b)) Filter(Negate(is.null), b) else b)
}

genq_block <- function(yi, vi, method) {
  w <- 1 / sqrt(vi)
  res <- fit(yi, vi, method, weights = w)
  list(weights = "1/sqrt(vi)", tau2 = res$tau2, estimate = plain(res$beta), se = res$se, QE = res$QE)
}

qprofile_block <- function(yi, vi) {
  ci <- confint(fit(yi, vi, "REML"), control = tight(vi, "REML"))$random
  list(tau2_lb = ci["tau^2", "ci.lb"], tau2_ub = ci["tau^2", "ci.ub"], I2_lb = ci["I^2(%)", "ci.lb"],
       I2_ub = ci["I^2(%)", "ci.ub"], H2_lb = ci["H^2", "ci.lb"], H2_ub = ci["H^2", "ci.ub"])
}

# ---- looking harder ----------------------------------------------------------------------------------------------------

regtest_block <- function(yi, vi, ni) {
  rows <- list()
  data <- data.frame(yi = yi, vi = vi)
  predictors <- c("sei", "vi", if (!is.null(ni)) c("ni", "ninv", "sqrtni", "sqrtninv"))
  for (model in c("lm", "rma")) for (predictor in predictors) {
    res <- if (model == "lm") {
      if (is.null(ni)) regtest(yi, vi = vi, model = model, predictor = predictor, data = data, ret.fit = TRUE)
      else regtest(yi, vi = vi, ni = ni, model = model, predictor = predictor, data = data, ret.fit = TRUE)
    } else {
      base <- fit(yi, vi, "REML"); if (!is.null(ni)) base$ni <- ni
      tried(regtest(base, model = model, predictor = predictor, ret.fit = TRUE))
    }
    if (!is.null(res$error)) { rows <- c(rows, list(list(model = model, predictor = predictor, error = res$error))); next }
    if (model == "lm") {
      s <- summary(res$fit)$coefficients
      row <- list(model = model, predictor = predictor, intercept = s[1, 1], intercept_se = s[1, 2], slope = s[2, 1],
                  slope_se = s[2, 2], stat = res$zval, df = or_null(res$dfs), pval = res$pval)
    } else {
      row <- list(model = "rma.REML", predictor = predictor, intercept = plain(res$fit$beta)[1],
                  intercept_se = res$fit$se[1], slope = plain(res$fit$beta)[2], slope_se = res$fit$se[2], stat = res$zval,
                  df = NA, pval = res$pval, tau2 = res$fit$tau2)
    }
    if (!is.null(res$est)) row$intercept_ci <- c(res$ci.lb, res$ci.ub)
    rows <- c(rows, list(row))
  }
  rows
}

# trimfill() has no control of its own fits: the last ones again, tightened, with the number and side that it found.
refilled <- function(yi, vi, method, k0, side) {
  if (k0 == 0) return(fit(yi, vi, method))
  sign <- if (side == "right") -1 else 1
  o <- order(sign * yi)
  k <- length(yi)
  away <- o[(k - k0 + 1):k]
  centre <- plain(fit(yi[-away], vi[-away], method)$beta)
  fit(c(yi, 2 * centre - yi[away]), c(vi, vi[away]), method)
}

trimfill_block <- function(yi, vi) {
  found <- list()
  for (method in c("EE", "REML")) for (estimator in c("L0", "R0", "Q0")) {
    found[[paste0(if (method == "EE") "FE" else method, ".", estimator)]] <- tried({
      filled <- trimfill(fit(yi, vi, method), estimator = estimator, maxiter = 1000)
      res <- refilled(yi, vi, method, filled$k0, filled$side)
      list(k0 = filled$k0, se_k0 = filled$se.k0, side = filled$side, tau2 = res$tau2, estimate = plain(res$beta), se = res$se,
           ci_lb = res$ci.lb, ci_ub = res$ci.ub)
    })
  }
  found
}

loop_block <- function(yi, vi, sets, methods) {
  found <- list()
  for (method in methods) {
    rows <- lapply(sets, function(i) if (length(i) == 1) NULL else tryCatch(fit(yi[i], vi[i], method), error = function(e) NULL))
    take <- function(name) sapply(rows, function(r) if (is.null(r)) NA else plain(r[[name]]))
    found[[method]] <- list(estimate = take("beta"), se = take("se"), tau2 = take("tau2"), QE = take("QE"), I2 = take("I2"))
  }
  found
}

influence_block <- function(yi, vi, method) {
  res <- influence(fit(yi, vi, method))
  i <- as.list(res$inf)
  b <- baujat(fit(yi, vi, method))
  list(rstudent = i$rstudent, dffits = i$dffits, cook_d = i$cook.d, cov_r = i$cov.r, tau2_del = i$tau2.del, QE_del = i$QE.del,
       hat = i$hat, weight = i$weight, dfbs = res$dfbs$intrcpt, influential = which(plain(res$is.infl) == 1),
       baujat_x = b$x, baujat_y = b$y)
}

misc_block <- function(yi, vi) {
  k <- length(yi)
  res <- fit(yi, vi, "REML")
  found <- list()
  found$ranktest <- tried({ r <- ranktest(yi, vi); list(tau = plain(r$tau), pval = plain(r$pval)) })
  found$henmi_copas <- tried({
    h <- hc(fit(yi, vi, "DL")); list(estimate = plain(h$beta), se = h$se, ci_lb = h$ci.lb, ci_ub = h$ci.ub, tau2_dl = h$tau2)
  })
  found$fsn_rosenthal <- tried(fsn(yi, vi, type = "Rosenthal")$fsnum)
  found$fsn_orwin <- tried(fsn(yi, vi, type = "Orwin", target = mean(yi) / 2)$fsnum)
  found$fsn_rosenberg <- tried(fsn(yi, vi, type = "Rosenberg")$fsnum)
  found$tes <- tried({ t <- tes(yi, vi); list(test = t$test, theta = t$theta, O = t$O, E = t$E, pval = t$pval) })
  found$blup_REML <- tried({ b <- blup(res); list(pred = b$pred, se = b$se, pi_lb = b$pi.lb, pi_ub = b$pi.ub) })
  if (k <= 9) {
    found$gosh_DL <- tried({
      sets <- lapply(seq_len(2^k - 1), function(m) which(bitwAnd(m, 2^(seq_len(k) - 1)) > 0))
      sets <- Filter(function(s) length(s) > 1, sets)
      fits <- lapply(sets, function(i) fit(yi[i], vi[i], "DL"))
      at <- c(0, .05, .25, .5, .75, .95, 1)
      list(subsets = length(sets), quantiles = at,
           estimate = plain(quantile(sapply(fits, function(f) plain(f$beta)), at)),
           I2 = plain(quantile(sapply(fits, function(f) f$I2), at)))
    })
  }
  if (k <= 10) found$permutation <- tried({
    one <- function(test, method) {
      p <- permutest(fit(yi, vi, method, test), exact = TRUE, progbar = FALSE, control = list(comptol = 1e-8)); p$pval
    }
    list(draws = 2^k, EE_z = one("z", "EE"), DL_z = one("z", "DL"), DL_knha = one("knha", "DL"))
  })
  found
}

metareg_block <- function(yi, vi, formulas, data) {
  found <- list()
  for (formula in formulas) {
    frame <- model.frame(as.formula(formula), data, na.action = na.pass)
    X <- model.matrix(as.formula(formula), frame)
    rows <- which(complete.cases(X))
    X <- X[rows, -1, drop = FALSE]
    block <- list(coefs = c("intercept", colnames(X)), rows = rows, X = lapply(seq_len(ncol(X)), function(j) plain(X[, j])))
    for (method in c("EE", "DL", "HE", "SJ", "ML", "REML", "PM")) for (test in c("z", "knha")) {
      if (test == "knha" && !method %in% c("DL", "REML")) next
      block[[paste0(if (method == "EE") "FE" else method, ".", test)]] <- tried({
        res <- fit(yi[rows], vi[rows], method, test, mods = X)
        null <- fit(yi[rows], vi[rows], method)
        c(tested(res), list(tau2 = res$tau2, QE = res$QE, QEp = res$QEp, QM = res$QM,
          QM_df = res$QMdf, QMp = res$QMp, I2 = res$I2, H2 = res$H2,
          R2 = if (method == "EE" || null$tau2 == 0) NA else 100 * max(0, (null$tau2 - res$tau2) / null$tau2)))
      })
    }
    if (length(rows) <= 7) block$permutation <- tried({
      p <- permutest(fit(yi[rows], vi[rows], "DL", "z", mods = X), exact = TRUE, progbar = FALSE)
      list(draws = factorial(length(rows)), DL_z = p$pval, DL_z_QM = p$QMp)
    })
    found[[formula]] <- block
  }
  found
}

# Of selection models, too, the highest likelihood that several starts and optimisers find.
SELECTION_STARTS <- function(vi) list(list(), list(optimizer = "nlminb"), list(optimizer = "nlminb", tau2.init = 1e-3 * mean(vi)),
  list(optimizer = "nlminb", tau2.init = 10 * mean(vi)))

highest <- function(fits) {
  good <- Filter(function(f) !inherits(f, "error"), fits)
  if (!length(good)) stop(conditionMessage(fits[[1]]))
  good[[which.max(sapply(good, function(f) plain(logLik(f))))]]
}

selmodel_block <- function(yi, vi) {
  base <- fit(yi, vi, "ML")
  alternative <- if (plain(base$beta) < 0) "less" else "greater"
  forms <- list(
    stepfun.025 = list(type = "stepfun", steps = 0.025), "stepfun.025.5" = list(type = "stepfun", steps = STEPS),
    fixed = list(type = "stepfun", steps = c(.005, .01, .05, .1, .25, .35, .5, .65, .75, .9, .95, .99, .995, 1),
                 delta = c(1, .99, .95, .80, .75, .65, .60, .55, .50, .50, .50, .50, .50, .50)),
    beta = list(type = "beta"))
  found <- list()
  for (name in names(forms)) found[[name]] <- tried({
    res <- highest(lapply(SELECTION_STARTS(vi), function(control) {
      tryCatch(do.call(selmodel, c(list(base, alternative = alternative, control = control), forms[[name]])), error = function(e) e)
    }))
    list(alternative = alternative, logLik = plain(logLik(res)), tau2 = res$tau2, delta = plain(res$delta),
         LRT = plain(res$LRT), LRTp = plain(res$LRTp), estimate = plain(res$beta), se = res$se)
  })
  if (!is.null(found$fixed)) found$fixed <- c(list(steps = forms$fixed$steps, weights = forms$fixed$delta), found$fixed)
  found
}

scale_block <- function(yi, vi, formulas, data) {
  found <- list()
  for (formula in formulas) {
    X <- model.matrix(as.formula(formula), model.frame(as.formula(formula), data, na.action = na.pass))
    rows <- which(complete.cases(X))
    block <- list(rows = rows, X = lapply(seq_len(ncol(X))[-1], function(j) plain(X[rows, j])))
    z <- X[rows, -1, drop = FALSE]
    for (method in c("ML", "REML")) block[[method]] <- tried({
      for (tolerance in c(1e-12, 1e-11, 1e-10, 1e-8)) {
        res <- tryCatch(rma(yi[rows], vi[rows], scale = ~ z, method = method,
                            control = list(optimizer = "nlminb", rel.tol = tolerance)), error = function(e) e)
        if (!inherits(res, "error")) break
      }
      if (inherits(res, "error")) stop(conditionMessage(res))
      list(estimate = plain(res$beta), se = res$se, alpha = plain(res$alpha), alpha_se = res$se.alpha,
           ll = plain(logLik(res)))
    })
    found[[formula]] <- block
  }
  found
}

# ---- tables of counts --------------------------------------------------------------------------------------------------

mh_block <- function(cells, kind) {
  one <- function(res) list(
    estimate = plain(res$beta), se = res$se, stat = res$zval, pval = res$pval, ci_lb = res$ci.lb, ci_ub = res$ci.ub, QE = res$QE,
    QEp = res$QEp, I2 = res$I2, CMH = or_null(res$MH), CMHp = or_null(res$MHp), TA = or_null(res$TA), TAp = or_null(res$TAp))
  found <- list()
  for (measure in if (kind == "2x2") c("OR", "RR", "RD") else c("IRR", "IRD")) {
    found[[paste0("MH.", measure)]] <- tried(one(do.call(rma.mh, c(cells, list(measure = measure)))))
  }
  if (kind == "2x2") found$PETO <- tried(one(do.call(rma.peto, cells)))
  found
}

TIGHT_GLMER <- list(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e6))

glmm_block <- function(cells, kind) {
  forms <- switch(kind,
    "2x2" = list(c("OR", "UM.FS"), c("OR", "UM.RS"), c("OR", "CM.AL")), prop = list(c("PLO", NA)),
    rate2 = list(c("IRR", "UM.FS"), c("IRR", "UM.RS"), c("IRR", "CM.EL")), rate1 = list(c("IRLN", NA)))
  found <- list()
  for (form in forms) found[[if (is.na(form[2])) form[1] else paste(form, collapse = ".")]] <- tried({
    extra <- if (is.na(form[2])) list() else list(model = form[2])
    for (tolerance in c(1e-12, 1e-10, 1e-8, 1e-7)) {
      control <- list(glmerCtrl = c(TIGHT_GLMER, tolPwrss = tolerance))
      res <- tryCatch(do.call(rma.glmm, c(cells, list(measure = form[1], control = control), extra)), error = function(e) e)
      if (!inherits(res, "error")) break
    }
    if (inherits(res, "error")) stop(conditionMessage(res))
    list(estimate = plain(res$beta), se = res$se, pval = res$pval, ci_lb = res$ci.lb, ci_ub = res$ci.ub, tau2 = res$tau2,
         sigma2 = or_null(res$sigma2), I2 = or_null(res$I2), QE_Wld = or_null(res$QE.Wld), QEp_Wld = or_null(res$QEp.Wld),
         QE_LRT = or_null(res$QE.LRT), QEp_LRT = or_null(res$QEp.LRT), logLik = plain(logLik(res)))
  })
  found
}

# ---- dependent effects -------------------------------------------------------------------------------------------------

multilevel_block <- function(yi, vi, outer, inner) {
  data <- data.frame(yi = yi, vi = vi, outer = outer, inner = inner)
  found <- list(outer = outer, inner = inner)
  for (method in LIKELIHOOD) {
    res <- rma.mv(yi, vi, random = ~ 1 | outer / inner, data = data, method = method, control = list(rel.tol = 1e-12))
    block <- list(estimate = plain(res$beta), se = res$se, pval = res$pval, ci_lb = res$ci.lb, ci_ub = res$ci.ub,
                  sigma2 = res$sigma2, QE = res$QE, QEp = res$QEp, logLik = plain(logLik(res)))
    if (method == "REML") for (type in c("CR0", "CR1", "CR2")) {
      ct <- coef_test(res, vcov = type, cluster = data$outer, test = "Satterthwaite")
      block[[type]] <- list(se = ct$SE, df = plain(ct$df_Satt), p_satt = plain(ct$p_Satt))
    }
    found[[method]] <- block
  }
  if (any(table(outer) > 1)) {
    V <- vcalc(vi, cluster = outer, obs = inner, rho = 0.6, data = data)
    res <- rma.mv(yi, V, random = ~ 1 | outer / inner, data = data, control = list(rel.tol = 1e-12))
    ct <- coef_test(res, vcov = "CR2", cluster = data$outer, test = "Satterthwaite")
    found$"CHE_rho.6" <- list(estimate = plain(res$beta), se = res$se, sigma2 = res$sigma2, logLik = plain(logLik(res)),
                              CR2 = list(se = ct$SE, df = plain(ct$df_Satt), p_satt = plain(ct$p_Satt)))
  }
  found
}

# ---- one comparison ----------------------------------------------------------------------------------------------------

ESCALC <- list("2x2" = c(a = "ai", b = "bi", c = "ci", d = "di"),
  means = c(m1 = "m1i", sd1 = "sd1i", n1 = "n1i", m2 = "m2i", sd2 = "sd2i", n2 = "n2i"), prop = c("xi", "ni"), corr = c("ri", "ni"),
  rate2 = c("x1i", "t1i", "x2i", "t2i"), rate1 = c("xi", "ti"), change = c("m1i", "m2i", "sd1i", "sd2i", "ni", "ri"),
  generic = c("yi", "vi"))

effects_block <- function(cells, kind) {
  found <- list()
  add <- function(name, ...) {
    e <- tried(do.call(escalc, c(cells, list(...))))
    found[[name]] <<- if (!is.null(e$error)) e else list(yi = plain(e$yi), vi = plain(e$vi))
  }
  for (measure in EFFECTS_OF[[kind]]) add(measure, measure = measure)
  if (kind == "2x2") for (measure in c("OR", "RR", "RD")) {
    add(paste0(measure, " to=all"), measure = measure, to = "all")
    add(paste0(measure, " to=if0all"), measure = measure, to = "if0all")
    add(paste0(measure, " drop00=TRUE"), measure = measure, drop00 = TRUE)
    add(paste0(measure, " add=0.25"), measure = measure, add = 0.25)
  }
  if (kind == "prop") for (measure in c("PLO", "PLN", "PR")) add(paste0(measure, " to=all"), measure = measure, to = "all")
  if (kind == "means") for (vtype in c("UB", "LS2", "AV")) add(paste0("SMD vtype=", vtype), measure = "SMD", vtype = vtype)
  found
}

comparison <- function(id, dataset, source, kind, table, measures, moderators = list(), scales = c(), order_by = NULL,
                       levels = NULL, deep = TRUE, note = NA, totals = NULL) {
  cat(format(Sys.time(), "%H:%M:%S"), id, "\n")
  cells <- lapply(ESCALC[[kind]], function(name) plain(table[[name]]))
  names(cells) <- unname(ESCALC[[kind]])
  result <- list(schema = "metafor-ref/1", id = id, dataset = dataset, source = source, kind = kind, cells = cells,
    rows = nrow(table), note = note,
    software = list(R = "4.2.2", metafor = "3.8-1", metadat = "1.2-0", clubSandwich = "0.5.8", lme4 = "1.1-31"),
    level = 95, effects = if (kind == "generic") NULL else effects_block(cells, kind), measures = list())
  if (!is.null(totals)) result$totals <- plain(totals)
  for (measure in measures) {
    if (measure == "GEN") { yi <- cells$yi; vi <- cells$vi }
    else { e <- do.call(escalc, c(cells, list(measure = measure))); yi <- plain(e$yi); vi <- plain(e$vi) }
    rows <- which(is.finite(yi) & is.finite(vi) & vi > 0)
    block <- list(k = length(rows), used_rows = rows, yi = yi, vi = vi)
    if (length(rows) == length(yi)) block$used_rows <- "all"
    y <- yi[rows]; v <- vi[rows]
    block$fits <- list()
    first <- measure == measures[1]
    for (method in if (first) METHODS else FEWER) {
      block$fits[[if (method == "EE") "FE" else method]] <- tried(fit_block(y, v, method))
    }
    if (first) block$fits$GENQ <- tried(genq_block(y, v, "GENQ"))
    block$qprofile <- tried(qprofile_block(y, v))
    if (first && deep) {
      k <- length(y)
      block$leave1out <- tried(loop_block(y, v, lapply(seq_len(k), function(i) seq_len(k)[-i]), c("EE", "DL", "REML")))
      if (!is.null(order_by)) {
        o <- order(order_by[rows])
        block$cumul <- c(list(order = o), tried(loop_block(y, v, lapply(seq_len(k), function(i) o[seq_len(i)]), c("DL", "REML"))))
      }
      block$influence <- tried(list(EE = influence_block(y, v, "EE"), REML = influence_block(y, v, "REML")))
      block$regtest <- tried(regtest_block(y, v, if (is.null(totals)) NULL else totals[rows]))
      block$trimfill <- tried(trimfill_block(y, v))
      block$misc <- tried(misc_block(y, v))
      block$selmodel <- tried(selmodel_block(y, v))
      if (length(moderators)) block$metareg <- tried(metareg_block(y, v, moderators, table[rows, , drop = FALSE]))
      if (length(scales)) block$scale <- tried(scale_block(y, v, scales, table[rows, , drop = FALSE]))
      if (!is.null(levels)) block$multilevel <- tried(multilevel_block(y, v, levels$outer[rows], levels$inner[rows]))
    }
    result$measures[[measure]] <- block
  }
  if (kind %in% c("2x2", "rate2")) result$mh_peto <- mh_block(cells, kind)
  if (deep && kind %in% c("2x2", "prop", "rate2", "rate1")) result$glmm <- glmm_block(cells, kind)
  write_json_lines(result, file.path(out, paste0(id, ".json")))
}

# Compact, but with the larger blocks on lines of their own, so that a diff can be read.
write_json_lines <- function(x, path) {
  whole <- function(y) toJSON(y, auto_unbox = TRUE, digits = I(12), na = "null", null = "null")
  nested <- function(y, depth) {
    if (depth == 0 || !is.list(y) || is.null(names(y)) || nchar(whole(y)) < 110) return(whole(y))
    pad <- strrep(" ", 5 - depth)
    lines <- mapply(function(name, value) paste0(pad, toJSON(name, auto_unbox = TRUE), ":", nested(value, depth - 1)), names(y), y)
    paste0("{\n", paste(lines, collapse = ",\n"), "\n", strrep(" ", 4 - depth), "}")
  }
  writeLines(nested(x, 4), path)
}

two_by_two <- function(d, ai, n1i, ci, n2i) data.frame(ai = d[[ai]], bi = d[[n1i]] - d[[ai]], ci = d[[ci]], di = d[[n2i]] - d[[ci]])
with_columns <- function(table, d, ...) cbind(table, d[c(...)])
total_of <- function(t) t$ai + t$bi + t$ci + t$di

SETS <- list(
  bcg = function() {
    d <- dat.bcg
    t <- data.frame(ai = d$tpos, bi = d$tneg, ci = d$cpos, di = d$cneg, ablat = d$ablat, year = d$year, alloc = d$alloc)
    comparison("bcg", "dat.bcg", "Colditz et al. 1994, JAMA 271:698-702", "2x2", t, c("RR", "OR", "RD", "AS", "PETO"),
      list("~ ablat", "~ ablat + year", "~ factor(alloc)"), "~ ablat", d$year, totals = total_of(t))
  },
  raudenbush1985 = function() {
    d <- dat.raudenbush1985
    comparison("raudenbush1985", "dat.raudenbush1985", "Raudenbush & Bryk 1985, Journal of Educational Statistics 10:75-98", "generic",
      data.frame(yi = plain(d$yi), vi = plain(d$vi), weeks = d$weeks), "GEN", list("~ weeks", "~ pmin(weeks, 3)"), NULL, d$year,
      totals = d$n1i + d$n2i)
  },
  lidocaine = function() {
    t <- two_by_two(dat.hine1989, "ai", "n1i", "ci", "n2i")
    comparison("lidocaine", "dat.hine1989", "Hine et al. 1989, Archives of Internal Medicine 149:2694-2698", "2x2", t, c("RD", "OR"),
      totals = total_of(t))
  },
  normand1999 = function() {
    d <- dat.normand1999
    comparison("normand1999", "dat.normand1999", "Normand 1999, Statistics in Medicine 18:321-359", "means", d,
      c("SMD", "MD", "SMDH", "ROM", "VR", "CVR"), totals = d$n1i + d$n2i)
  },
  linde2005 = function() {
    d <- dat.linde2005[c(7:10, 13:25), ]
    t <- two_by_two(d, "ai", "n1i", "ci", "n2i")
    t$dose <- d$dosage * 7 / 1000 * d$duration - 34; t$baseline <- d$baseline - 20
    comparison("linde2005", "dat.linde2005", "Linde et al. 2005, British Journal of Psychiatry 186:99-107", "2x2", t, c("RR", "OR"),
      list("~ baseline", "~ dose * baseline"), "~ baseline", d$year, totals = total_of(t),
      note = "the 17 placebo-controlled trials that Viechtbauer 2007 (Zeitschrift fuer Psychologie 215:104-121) analyses")
  },
  hackshaw1998 = function() {
    d <- dat.hackshaw1998
    comparison("hackshaw1998", "dat.hackshaw1998", "Hackshaw 1998, Statistical Methods in Medical Research 7:119-136", "generic",
      data.frame(yi = plain(d$yi), vi = plain(d$vi)), "GEN", order_by = d$year)
  },
  pritz1997 = function() {
    d <- dat.pritz1997
    comparison("pritz1997", "dat.pritz1997", "Zhou, Brizendine & Pritz 1999, Statistics in Medicine 18:557-566", "prop", d,
      c("PLO", "PR", "PAS", "PFT", "PLN"), totals = d$ni)
  },
  catheters = function() {
    d <- dat.nielweise2007
    comparison("catheters", "dat.nielweise2007", "Niel-Weise et al. 2007, Intensive Care Medicine 33:2058-2068; control arms", "prop",
      data.frame(xi = d$ci, ni = d$n2i), c("PLO", "PFT"), totals = d$n2i, note = "with a zero")
  },
  collins1985 = function() {
    d <- dat.collins1985b
    t <- two_by_two(d, "pre.xti", "pre.nti", "pre.xci", "pre.nci")
    comparison("collins1985", "dat.collins1985b", "Collins et al. 1985, British Medical Journal 290:17-23; pre-eclampsia", "2x2", t,
      c("OR", "PETO"), totals = total_of(t))
  },
  nielweise2007 = function() {
    d <- dat.nielweise2007
    t <- two_by_two(d, "ai", "n1i", "ci", "n2i")
    comparison("nielweise2007", "dat.nielweise2007", "Niel-Weise et al. 2007, Intensive Care Medicine 33:2058-2068", "2x2", t,
      c("OR", "RD"), order_by = d$year, totals = total_of(t), note = "with zeros, and a trial without any event")
  },
  nielweise2008 = function() {
    d <- dat.nielweise2008
    comparison("nielweise2008", "dat.nielweise2008", "Niel-Weise et al. 2008, Journal of Hospital Infection 69:114-123", "rate2", d,
      c("IRR", "IRD", "IRSD"))
  },
  hart1999 = function() {
    d <- dat.hart1999
    comparison("hart1999", "dat.hart1999", "Hart et al. 1999, Annals of Internal Medicine 131:492-501", "rate2", d, c("IRR", "IRD", "IRSD"),
      list("~ year"), NULL, d$year)
  },
  hart1999_control = function() {
    d <- dat.hart1999
    comparison("hart1999_control", "dat.hart1999", "Hart et al. 1999, Annals of Internal Medicine 131:492-501; control arms", "rate1",
      data.frame(xi = d$x2i, ti = d$t2i), c("IRLN", "IR", "IRS", "IRFT"))
  },
  molloy2014 = function() {
    d <- dat.molloy2014
    comparison("molloy2014", "dat.molloy2014", "Molloy, O'Carroll & Ferguson 2014, Annals of Behavioral Medicine 47:92-101", "corr", d,
      c("ZCOR", "COR"), list("~ factor(design)", "~ meanage + quality"), "~ meanage", d$year, totals = d$ni)
  },
  cohen1981 = function() {
    d <- dat.cohen1981
    comparison("cohen1981", "dat.cohen1981", "Cohen 1981, Review of Educational Research 51:281-309", "corr", d, c("ZCOR", "UCOR"),
      deep = FALSE, totals = d$ni)
  },
  mcdaniel1994 = function() {
    d <- dat.mcdaniel1994
    comparison("mcdaniel1994", "dat.mcdaniel1994", "McDaniel et al. 1994, Journal of Applied Psychology 79:599-616", "corr", d, "ZCOR",
      deep = FALSE, totals = d$ni)
  },
  bangertdrowns2004 = function() {
    d <- dat.bangertdrowns2004
    comparison("bangertdrowns2004", "dat.bangertdrowns2004", "Bangert-Drowns et al. 2004, Review of Educational Research 74:29-58",
      "generic", data.frame(yi = plain(d$yi), vi = plain(d$vi), d[c("length", "wic", "feedback", "grade", "meta", "ni")]), "GEN",
      list("~ length", "~ factor(grade)", "~ length + wic + feedback"), c("~ meta", "~ I(ni/100)"), d$year, totals = d$ni)
  },
  egger2001 = function() {
    d <- dat.egger2001
    t <- two_by_two(d, "ai", "n1i", "ci", "n2i")
    comparison("egger2001", "dat.egger2001", "Egger, Davey Smith & Altman 2001, Systematic Reviews in Health Care; magnesium", "2x2", t,
      c("OR", "RR", "RD", "PETO"), order_by = d$year, totals = total_of(t))
  },
  li2007 = function() {
    d <- dat.li2007
    t <- two_by_two(d, "ai", "n1i", "ci", "n2i")
    comparison("li2007", "dat.li2007", "Li et al. 2007, Cochrane Database of Systematic Reviews CD002755", "2x2", t, c("RR", "OR"),
      deep = FALSE)
  },
  lee2004 = function() {
    d <- dat.lee2004
    t <- two_by_two(d, "ai", "n1i", "ci", "n2i")
    comparison("lee2004", "dat.lee2004", "Lee & Done 2004, Cochrane Database of Systematic Reviews CD003281", "2x2", t, c("OR", "RR"),
      order_by = d$year, totals = total_of(t))
  },
  yusuf1985 = function() {
    d <- subset(dat.yusuf1985, table == "6" & !is.na(ai))
    t <- two_by_two(d, "ai", "n1i", "ci", "n2i")
    comparison("yusuf1985", "dat.yusuf1985", "Yusuf et al. 1985, Progress in Cardiovascular Diseases 27:335-371; Table 6", "2x2", t,
      c("PETO", "OR"), deep = FALSE, note = "with zeros, and trials without any event")
  },
  dorn2007 = function() {
    d <- dat.dorn2007
    t <- data.frame(ai = d$x.a, bi = d$n.a - d$x.a, ci = d$x.p, di = d$n.p - d$x.p)
    comparison("dorn2007", "dat.dorn2007", "Dorn et al. 2007, Neurogastroenterology and Motility 19:630-637", "2x2", t, "RR",
      deep = FALSE, totals = total_of(t))
  },
  curtis1998 = function() {
    d <- dat.curtis1998
    comparison("curtis1998", "dat.curtis1998", "Curtis & Wang 1998, Oecologia 113:299-313", "means", d, c("ROM", "SMD"), deep = FALSE)
  },
  konstantopoulos2011 = function() {
    d <- dat.konstantopoulos2011
    comparison("konstantopoulos2011", "dat.konstantopoulos2011", "Konstantopoulos 2011, Research Synthesis Methods 2:61-76", "generic",
      data.frame(yi = plain(d$yi), vi = plain(d$vi)), "GEN", levels = list(outer = d$district, inner = d$study))
  },
  morris2008 = function() {
    t <- data.frame(m1i = c(38.5, 26.8, 0.7, 75.9, 36.0), m2i = c(30.6, 23.5, 0.5, 53.4, 35.6), sd1i = c(11.6, 4.1, 0.1, 4.4, 4.6),
      sd2i = c(15.0, 3.1, 0.1, 14.5, 4.7), ni = c(20, 50, 9, 10, 14), ri = c(.47, .64, .77, .89, .44))
    comparison("morris2008", "none", "Morris 2008, Organizational Research Methods 11:364-386; trained groups", "change", t,
      c("SMCC", "MC", "SMCR", "ROMC"), deep = FALSE, note = "m1 after, m2 before; SMCR divides by sd1, here the one after")
  }
)

wanted <- commandArgs(TRUE)
for (name in if (length(wanted)) wanted else names(SETS)) SETS[[name]]()
