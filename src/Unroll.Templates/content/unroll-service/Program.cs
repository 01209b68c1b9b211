// A service that forecasts. Run it with dotnet run -c Release, then ask it:
//   curl http://localhost:5000/forecast?steps=7
//   curl http://localhost:5000/forecast -H 'Content-Type: application/json' -d '[{"date":"2026-01-01","value":9000}, ...]'
//   curl http://localhost:5000/health
// The forecaster is the file forecast.unroll beside the program. A newer one in its place is loaded without a restart.
using Unroll;
using Unroll.Extensions;
using Unroll.Forecasting;

const int Horizon = 7, Most = 365;
string file = Path.Combine(AppContext.BaseDirectory, "births.csv"), fitted = Path.Combine(AppContext.BaseDirectory, "forecast.unroll");
TimeSeries data = TimeSeries.Read(file);
if (!File.Exists(fitted))
    Fit();

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Services.AddUnrollForecaster(fitted);
builder.Services.AddHealthChecks().AddUnrollForecaster();
WebApplication app = builder.Build();
app.MapGet("/forecast", (UnrollForecaster forecaster, int steps = Horizon) => Answer(forecaster, data, steps));
app.MapPost("/forecast", (UnrollForecaster forecaster, Day[] days, int steps = Horizon) => Answer(
    forecaster, TimeSeries.From(days, day => day.Date, ("births", day => day.Value)), steps));
app.MapHealthChecks("/health");
app.Run();

// Once: fits to the file that comes with this program. BlendForecaster.Default(task) has networks too, and takes longer.
void Fit()
{
    Console.WriteLine($"Fitting to {Path.GetFileName(file)} ...");
    var task = new ForecastTask(data, new TaskOptions { Targets = ["births"], Horizon = Horizon, TestRows = 91 });
    var blend = new BlendForecaster([new RidgeForecaster(), new SeasonalNaiveForecaster(), new NaiveForecaster()]);
    blend.Fit(task);
    Console.WriteLine(string.Join(' ', new Comparison(task, blend).Summary()));
    blend.Refit(task.Whole());
    ForecastFile.Save(blend, fitted);
}

// The forecast, with intervals, and beside it what the naive forecast says: the newest value.
static IResult Answer(UnrollForecaster forecaster, TimeSeries rows, int steps)
{
    if (steps is < 1 or > Most)
        return Results.Problem($"steps is {steps}. Ask for 1 to {Most}.", statusCode: 400);
    try
    {
        return Results.Ok(new { naive = rows["births"].ToArray()[^1], forecast = forecaster.Current.Predict(rows, steps).Parts[0].Rows() });
    }
    catch (UnrollException problem)
    {
        return Results.Problem(problem.Message, statusCode: 400);
    }
}

internal sealed record Day(DateTime Date, double Value);
