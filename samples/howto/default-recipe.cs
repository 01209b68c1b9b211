#:project ../../src/Unroll.Forecasting/Unroll.Forecasting.csproj
using Unroll.Forecasting;

TimeSeries births = TimeSeries.Read("samples/data/births.csv").Slice("1984..");
var task = new ForecastTask(births, new TaskOptions { Targets = ["births"], Horizon = 7 });

BlendForecaster blend = BlendForecaster.Default(task);
blend.Fit(task);
Console.WriteLine(string.Join('\n', new Comparison(task, blend).Summary()));

blend.Refit(task.Whole());
foreach (ForecastRow row in blend.Predict(births, steps: 7).Parts[0].Rows())
    Console.WriteLine($"{row.Date:yyyy-MM-dd} {row.Value:F0}, "
        + $"with 80 % between {row.Within80?.Lower:F0} and {row.Within80?.Upper:F0}");
