using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Unroll.Forecasting;

namespace Unroll.Extensions;

/// <summary>
/// A fitted forecaster of a service, from a file: see <see cref="UnrollServiceCollectionExtensions.AddUnrollForecaster"/>.
/// </summary>
/// <example><code>
/// builder.Services.AddUnrollForecaster("forecast.unroll");
/// app.MapPost("/next", (Day[] days, UnrollForecaster forecaster) =>
///     forecaster.Current.Predict(TimeSeries.From(days, day => day.Date, ("sales", day => day.Sales)), steps: 7).Parts[0].Rows());
/// </code></example>
public sealed class UnrollForecaster : ServedFile<PartsForecaster>
{
    private readonly int? _threads;

    internal UnrollForecaster(string name, UnrollForecasterOptions options, ILogger logger, TimeProvider clock)
        : base(name, options, options.Check, logger, clock) => _threads = options.Threads;

    internal override string What => "forecaster";

    private protected override PartsForecaster Read(FileStream stream)
    {
        PartsForecaster forecaster = ForecastFile.Load(stream, Path);
        foreach (Model network in forecaster.Networks)
            network.Threads = _threads ?? network.Threads;
        return forecaster;
    }
}
