using Unroll.Forecasting;
using Unroll.Reports;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>A loaded forecaster and the rows that it is to go on from.</summary>
internal sealed class PredictInput
{
    /// <exception cref="UnrollException">The file is not usable, or the forecaster cannot go as far.</exception>
    public PredictInput(PredictRequest request, PartsForecaster forecaster)
    {
        (Request, Forecaster) = (request, forecaster);
        IsTable = forecaster.SeriesColumn.Length == 0;
        if (IsTable && (request.SeriesColumn is not null || request.Names.Count > 0 || request.Data.Sample?.SeriesColumn is not null))
        {
            string several = request.SeriesColumn is null && request.Names.Count == 0
                ? $"the sample {request.Data.Sample!.Name} holds several"
                : "--series and --series-name are for several";
            throw new UnrollException($"{request.Model} forecasts one series, but {several}. Give it a file of one series.");
        }

        Steps = request.Horizon ?? forecaster.Horizon;
        if (Steps > forecaster.Horizon)
        {
            string rows = RowWords.Many(forecaster.FrequencyName, forecaster.Horizon);
            throw new UnrollException(FormattableString.Invariant(
                $"{request.Model} was fitted to forecast {rows} ahead, not {Steps}. Fit it with unroll forecast --horizon {Steps}."));
        }

        ForecastInputs inputs = request.Updates ? forecaster.Inputs : forecaster.Needed;
        string[] columns = [.. forecaster.Targets.Concat(inputs.Past).Concat(inputs.Known).Distinct()];
        Data = IsTable
            ? request.Data.Read(columns: columns)
            : request.Data.Read(request.SeriesColumn ?? forecaster.SeriesColumn, [.. forecaster.StaticNames], columns);
    }

    public PredictRequest Request { get; }

    public PartsForecaster Forecaster { get; }

    /// <summary>Whether it forecasts one series.</summary>
    public bool IsTable { get; }

    public SeriesSet Data { get; }

    /// <summary>H.</summary>
    public int Steps { get; }

    /// <summary>A warning where rows come otherwise than in training; null where they do not.</summary>
    public string? Warning => OtherRows.Warning(Forecaster, Data, Request.Model) is { } sentence ? $"Warning: {sentence}" : null;

    /// <summary>How often the rows of the file come, in words.</summary>
    public string FrequencyName => Data[Data.Keys[0]].CalendarGaps().FrequencyName;

    /// <summary>The rows to come of all series, or of those named.</summary>
    /// <exception cref="UnrollException">There is no such series, one that was named cannot be forecast, or none can.</exception>
    public Forecast Predict()
    {
        string[] keys = NamedSeries.KeysOf(Data, Request.Names);
        return NamedSeries.Of(Forecaster.Predict(Data, Steps, Request.Missing), keys);
    }

    /// <summary>What the rows of a forecast are made of.</summary>
    public IReadOnlyList<PartContributions> Contributions(Forecast forecast)
    {
        HashSet<Part> parts = [.. forecast.Parts.Select(part => part.Part)];
        return [.. Forecaster.Contributions(Data, Steps, Request.Missing).Where(each => parts.Contains(each.Part))];
    }

    /// <summary>
    /// All rows of the file to learn from; refuses, before work begins, a file that the forecaster cannot be fitted on with.
    /// </summary>
    /// <exception cref="UnrollException">Rows of another frequency, none that are newer, or a file that cannot
    /// be forecast from.</exception>
    public ForecastTask NewerTask()
    {
        if (Warning is not null)
            throw new UnrollException($"{Request.Model} learnt from rows of another frequency than those of {Data.Name}, and cannot be "
                + "fitted on with them. Give it newer rows of the same data.");
        _ = Predict();
        TaskOptions options = Forecaster.OptionsOfFit(new TaskOptions { TestRows = Forecaster.Horizon });
        ForecastTask task = new ForecastTask(Data, Request.Missing is { } missing ? options with { Missing = missing } : options).Whole();
        if (!Forecaster.HasNewer(task))
        {
            string newest = task[task.Parts[0]].Table.Format(Forecaster.TrainedOn.Last);
            throw new UnrollException($"{Data.Name} has no rows after {newest}, the newest that {Request.Model} was fitted to, so there is "
                + "nothing to fit it on with. Give it a file with newer rows.");
        }

        return task;
    }

    /// <inheritdoc cref="PredictionJson.NewestOf"/>
    public double Newest(PartForecast part) => PredictionJson.NewestOf(Data, part);
}
