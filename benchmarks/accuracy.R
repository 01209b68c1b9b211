# Forecasts of the last rows of every series by one method of R: Rscript accuracy.R FILE.csv HORIZON SEASON METHOD > forecasts.csv
# The file has the columns date, series and value; the last HORIZON rows of a series are looked at for their dates alone.
# Exit code 3: the package that the method needs is not installed.
arguments <- commandArgs(TRUE)
horizon <- as.integer(arguments[2]); season <- as.integer(arguments[3]); method <- arguments[4]
package <- if (method == "prophet") "prophet" else "forecast"
if (!suppressWarnings(suppressMessages(require(package, character.only = TRUE, quietly = TRUE)))) quit(status = 3)
table <- read.csv(arguments[1], stringsAsFactors = FALSE)
table$date <- as.Date(table$date)

ahead <- function(rows) {
  known <- head(rows, -horizon)
  if (method == "prophet") {
    model <- suppressMessages(prophet(data.frame(ds = known$date, y = known$value), uncertainty.samples = 0))
    return(predict(model, data.frame(ds = tail(rows$date, horizon)))$yhat)
  }
  y <- ts(known$value, frequency = season)
  as.numeric(switch(method, ets = forecast(ets(y), horizon), theta = thetaf(y, horizon), arima = forecast(auto.arima(y), horizon))$mean)
}

begun <- sum(proc.time()[1:2])
lines <- unlist(lapply(unique(table$series), function(key) {
  value <- tryCatch(ahead(table[table$series == key, ]), error = function(reason) rep(NA, horizon))
  paste(key, 1:horizon, format(value, digits = 17, trim = TRUE), sep = ",")
}))
seconds <- sum(proc.time()[1:2]) - begun
peak <- grep("^VmHWM", readLines("/proc/self/status"), value = TRUE)
cat(sprintf("# %s %s, R %s.%s, %.3f s, %s kB\n", package, packageVersion(package), R.version$major, R.version$minor, seconds, gsub("[^0-9]", "", peak)))
cat("series,step,value\n")
cat(lines, sep = "\n")
cat("\n")
