#:project ../../src/Unroll.Forecasting/Unroll.Forecasting.csproj
using Unroll.Forecasting;

// Sales that a program has in memory: nine years of months, with a trend and a season.
// A real program has them from its database.
var random = new Random(1);
Sale[] sales = [.. Enumerable.Range(0, 108).Select(i => new Sale(
    new DateOnly(2016, 1, 1).AddMonths(i),
    200 + i + (40 * Math.Sin(i * Math.Tau / 12)) + (8 * random.NextDouble())))];

// From objects to a table: the date of a row, and a name and a value for each column.
TimeSeries table = TimeSeries.From("sales", sales, sale => sale.Month, ("pieces", sale => sale.Pieces));

// What is asked: twelve months ahead. The newest two years are kept back to judge by.
var options = new TaskOptions { Targets = ["pieces"], Horizon = 12, TestRows = 24 };
var task = new ForecastTask(table, options);

// Simple rules are forecasters like any other; of nine years of months they are usually enough.
var ets = new EtsForecaster();
ets.Fit(task);
var comparison = new Comparison(task);
ForecasterScore score = comparison.Add(ets);
Console.WriteLine(comparison.Verdict(score));

// All rows are learnt from before the rows to come are forecast.
ets.Refit(task.Whole());
foreach (ForecastRow row in ets.Predict(table, steps: 12).Parts[0].Rows())
    Console.WriteLine($"{row.Date:yyyy-MM}  {row.Value,6:F1}  "
        + $"80 %: {row.Within80?.Lower,6:F1} to {row.Within80?.Upper,6:F1}");

internal sealed record Sale(DateOnly Month, double Pieces);
