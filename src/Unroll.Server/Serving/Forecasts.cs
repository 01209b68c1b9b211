using System.Diagnostics;
using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.Server.Serving;

/// <summary>Forecasts of tables.</summary>
internal static class Forecasts
{
    /// <summary>The rows to come of a table, by a forecaster that was fitted before.</summary>
    /// <exception cref="UnrollException">The table does not fit the forecaster.</exception>
    public static ForecasterAnswer Predict(string name, ForecasterContent content, TableBody table, ForecastQuery query)
    {
        PartsForecaster forecaster = content.Forecaster;
        bool isTable = forecaster.SeriesColumn.Length == 0;
        if (isTable && (query.Series is not null || query.SeriesNames.Count > 0))
            throw new RequestException(400, $"{name} forecasts one series. Leave series and series-name out.");
        int steps = query.Horizon ?? forecaster.Horizon;
        if (steps > forecaster.Horizon)
            throw new RequestException(400, $"{name} was fitted to forecast {forecaster.Horizon} rows ahead, not {steps}.");
        ForecastInputs inputs = forecaster.Needed;
        string[] columns = [.. forecaster.Targets.Concat(inputs.Past).Concat(inputs.Known).Distinct()];
        ReadOptions options = query.Reading with { Columns = columns, Static = isTable ? null : [.. forecaster.StaticNames] };
        SeriesSet data = table.Read(isTable ? null : query.Series ?? forecaster.SeriesColumn, options);
        string[] keys = NamedSeries.KeysOf(data, query.SeriesNames);
        Forecast forecast = NamedSeries.Of(forecaster.Predict(data, steps, query.Missing), keys);
        return new ForecasterAnswer(
            name,
            content.Version,
            PredictionJson.Of(forecaster, data, forecast),
            [
                .. OtherRows.Warning(forecaster, data, name) is { } warning ? [warning] : Array.Empty<string>(),
                .. forecast.Parts.Select(part => part.Note).OfType<string>().Distinct(),
            ]);
    }

    /// <summary>Fits forecasters to a table, judges them on its newest rows, and forecasts the rows to come.</summary>
    /// <exception cref="UnrollException">The table or what is asked is not usable.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static FittedAnswer Fit(TableBody table, ForecastQuery query, TimeSpan most, CancellationToken cancellation)
    {
        long begin = Stopwatch.GetTimestamp();
        if (query.Budget > most)
            throw new RequestException(400, $"This server gives a forecast at most {TimeBudget.InWords(most)}.");
        var budget = new TimeBudget(query.Budget ?? most);
        ReadOptions options = query.Reading with { Columns = query.Columns.Count > 0 ? query.Columns : null };
        SeriesSet data = table.Read(query.Series, options);
        if (query.Targets.Count == 0 && data.ColumnNames.Count > 1)
        {
            throw new RequestException(400,
                $"The table has the columns "
                    + $"{string.Join(", ", data.ColumnNames.Take(20))}. "
                    + $"Say which to forecast, as in ?target={Uri.EscapeDataString(data.ColumnNames[0])}.");
        }

        var task = new ForecastTask(data, new TaskOptions
        {
            Targets = [.. query.Targets.Select(name => data[data.Keys[0]][name].Name).Distinct()],
            Horizon = query.Horizon ?? 1,
            Missing = query.Missing ?? MissingPolicy.Error,
            Min = query.Min,
            Max = query.Max,
        });
        Comparison.RequireChange(task);
        BlendForecaster blend = BlendForecaster.Default(task);
        blend.Budget = budget;
        blend.Fit(task, null, cancellation);
        var comparison = new Comparison(task, blend, null, cancellation);
        blend.Refit(task.Whole(), null, cancellation);
        PredictionJson? future = null;
        var notes = new List<string>([.. task.Notes, .. blend.Notes]);
        try
        {
            Forecast forecast = blend.Predict(data, task.Horizon, query.Missing ?? MissingPolicy.Error);
            future = PredictionJson.Of(blend, data, forecast);
            notes.AddRange(forecast.Parts.Select(part => part.Note).OfType<string>());
        }
        catch (UnrollException reason)
        {
            notes.Add($"The rows to come cannot be forecast yet: {Problems.Sentence(reason.Message)}");
        }

        ForecastSplit split = task[task.Parts[0]];
        return new FittedAnswer(
            string.Join(' ', comparison.Summary()),
            comparison.Recommended?.Key,
            comparison.Naive.ErrorName,
            future,
            [.. comparison.Scores.Select(ScoreOf)],
            comparison.Recommended?.Shares ?? new Dictionary<string, double>(),
            new TestAnswer(split.Table.Format(split.Test.Dates[0]), split.Table.Format(split.Test.Dates[^1]), comparison.Origins),
            [.. notes.Concat(comparison.OriginsWarning is { } warning ? [warning] : Array.Empty<string>()).Distinct()],
            Math.Round(Stopwatch.GetElapsedTime(begin).TotalSeconds, 3));
    }

    private static ScoreAnswer ScoreOf(ForecasterScore score) => new(
        score.Key,
        score.Kind.ToString().ToLowerInvariant(),
        Finite(score.Error),
        score.Skill is { } skill ? Finite(skill) : null,
        score.ErrorByStep.All(double.IsFinite) ? [.. score.ErrorByStep] : [],
        score.Coverage(0.8),
        score.Coverage(0.95));

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
