using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Exchange;

/// <summary>What a saved forecaster asks a file for, what it gives, and how it was made.</summary>
internal static class ForecasterContents
{
    public static FileContents Of(string path, string format, string version, PartsForecaster forecaster)
    {
        int rows = forecaster.Models.Values.Max(model => model.NeededRows);
        bool hasQuantiles = forecaster.Models.Values.Any(model => model.HasHead || model.Track is not null);
        string ahead = $"({Rows(forecaster.Horizon)}{(hasQuantiles ? " with quantiles" : "")})", past = $"({Rows(rows)})";
        string known = FormattableString.Invariant($"({Rows(rows)} and {forecaster.Horizon:N0} ahead)");
        ForecastInputs needed = forecaster.Needed;
        return new FileContents
        {
            Path = path,
            Format = format,
            Kind = FileKind.Forecaster,
            Version = version,
            Parameters = forecaster.Parameters,
            Inputs =
            [
                .. forecaster.SeriesColumn.Length > 0 ? [new ContentsValue(forecaster.SeriesColumn, "(the name of the series)")]
                    : Array.Empty<ContentsValue>(),
                .. forecaster.StaticNames.Select(name => new ContentsValue(name, "(one a series)")),
                .. forecaster.Targets.Concat(needed.Past).Select(name => new ContentsValue(name, past)),
                .. needed.Known.Select(name => new ContentsValue(name, known)),
            ],
            Outputs = [.. forecaster.Targets.Select(target => new ContentsValue(target, ahead))],
            Layers = forecaster.Networks.Count > 0 ? forecaster.Networks[0].Summary().Layers : [],
            Notes = [.. Notes(forecaster)],
        };
    }

    private static IEnumerable<string> Notes(PartsForecaster forecaster)
    {
        (DateTime first, DateTime last) = forecaster.TrainedOn;
        string members = forecaster is BlendForecaster blend ? $" of {string.Join(", ", blend.Members.Select(member => member.Name))}" : "";
        string fitted = forecaster is PretrainedForecaster ? "Scaling fitted" : "Fitted";
        yield return string.Create(CultureInfo.InvariantCulture, $"{forecaster.Name}{members}, {Rows(forecaster.Horizon)} ahead from "
            + $"windows of {forecaster.Window:N0}, of {forecaster.Parts.Count:N0} "
            + $"{(forecaster.Parts.Count == 1 ? "series" : "series and targets")}.");
        string often = forecaster.FrequencyName.Length > 0 ? $", {forecaster.FrequencyName}" : "";
        yield return $"{fitted} to rows from {Text(first)} to {Text(last)}{often}.";
        foreach (PartModel model in forecaster.Models.Values.Take(1))
        {
            string of = forecaster.Parts.Count > 1 ? $", for {model.Part}" : "";
            string[] plans = [.. Plans(model).Select(plan => plan.InWords()).Distinct()];
            if (plans.Length > 0)
                yield return $"What it looks at{of}: {string.Join("; or ", plans)}.";
        }

        if (forecaster is PretrainedForecaster pretrained)
        {
            yield return pretrained.Notes[0];
            yield return $"The network was {pretrained.TrainingInWords}.";
        }

        if (forecaster.Networks.Count > 1)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"It has {forecaster.Networks.Count:N0} networks; the layers are those of the first.");

        string Text(DateTime moment) => forecaster.Facts.IsNumbered ? RowNumbers.Text(moment)
            : moment.ToString(moment.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }

    /// <summary>What the least squares and networks of a part look at; none of rules and networks of the target alone.</summary>
    private static IEnumerable<InputPlan> Plans(PartModel model) => model switch
    {
        EnsembleModel ensemble => ensemble.Siblings.Select(each => each.Linear.Plan),
        RidgeModel ridge => [ridge.Linear.Plan],
        BlendModel blend => blend.UsedMembers.SelectMany(Plans),
        _ => [],
    };

    private static string Rows(int count) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? "row" : "rows")}");
}
