// Forecasts the rows to come of a file, and says how good the forecast is: dotnet run -c Release -- [FILE] [TARGET]
// The file has a column of dates and one or more of numbers. births.csv are births in the United States, 1985 to 1988 (CDC, public domain).
using Unroll;
using Unroll.Forecasting;
using Unroll.Reports;

const int Horizon = 7, TestRows = 91;
string file = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "births.csv");
string target = args.Length > 1 ? args[1] : "births";

try
{
    TimeSeries data = TimeSeries.Read(file);
    var task = new ForecastTask(data, new TaskOptions { Targets = [target], Horizon = Horizon, TestRows = TestRows });
    Console.WriteLine($"{Path.GetFileName(file)}: {data.Rows} rows; the newest {TestRows} are forecast to judge by, {Horizon} rows ahead.");

    // Networks, ridge regression and simple rules, blended by what each deserves. Nothing is fitted to the rows that it is judged on.
    BlendForecaster blend = BlendForecaster.Default(task);
    blend.Fit(task);
    var comparison = new Comparison(task, blend);
    Console.WriteLine();
    foreach (ForecasterScore score in comparison.Scores.OrderBy(score => score.Error))
        Console.WriteLine($"{score.Name,-28} RMSE {score.Error,10:G4}   skill over naive {score.Skill,6:P0}");
    Console.WriteLine();
    Console.WriteLine(string.Join(' ', comparison.Summary()));

    // The same forecaster fitted to all rows forecasts those to come.
    blend.Refit(task.Whole());
    Forecast future = blend.Predict(data, Horizon);
    Console.WriteLine();
    foreach (ForecastRow row in future.Parts[0].Rows())
    {
        PredictionInterval? within = row.Within80;
        Console.WriteLine($"{row.Date:yyyy-MM-dd} {row.Value,10:G5}   80 % within {within?.Lower:G5} to {within?.Upper:G5}");
    }

    ForecastFile.Save(blend, "forecast.unroll");
    HtmlReport.Write(ForecastReport.Create(task, comparison, future), "report.html");
    Console.WriteLine();
    Console.WriteLine("Wrote report.html, a page to open in a browser, and forecast.unroll, to load with ForecastFile.Load.");
    return 0;
}
catch (UnrollException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}
