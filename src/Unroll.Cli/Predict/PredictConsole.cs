using System.Globalization;
using Spectre.Console;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What <c>unroll predict</c> says on the terminal.</summary>
internal static class PredictConsole
{
    /// <summary>The lines around a table of parts, and the fewest parts that are shown.</summary>
    private const int OtherLines = 8, FewestParts = 5;

    public static void Show(Terminal terminal, PredictInput input, Forecast forecast)
    {
        PartsForecaster forecaster = input.Forecaster;
        string rows = RowWords.Next(input.FrequencyName, forecast.Steps);
        string title = $"{char.ToUpperInvariant(rows[0])}{rows[1..]}";
        if (forecast.Parts.Count == 1)
        {
            PartForecast part = forecast.Parts[0];
            double newest = input.Newest(part);
            terminal.Heading($"{title} of {part.Part} after {part.Format(part.OriginDate(0))} in {input.Data.Name}");
            terminal.Say(Facts(forecaster, part));
            terminal.Lines(FutureTable.Rows(part, Scale(part, newest), terminal.Width, all: true));
            terminal.Say($"Naive: {FigureTable.Figure(newest, Scale(part, newest))}, the value of {part.Format(part.OriginDate(0))}.");
        }
        else
        {
            bool isSeveral = forecaster.Targets.Count > 1;
            terminal.Heading(string.Create(CultureInfo.InvariantCulture, $"{title} of {forecast.Parts.Count:N0} "
                + $"{(input.IsTable ? "targets" : isSeveral ? "series and targets" : "series")} in {input.Data.Name}"));
            terminal.Say(Facts(forecaster, forecast.Parts[0]));
            int most = terminal.IsLive ? Math.Max(FewestParts, terminal.Height - OtherLines) : int.MaxValue;
            Dictionary<Part, PartForecast> parts = forecast.Parts.ToDictionary(part => part.Part);
            terminal.Lines(FutureTable.Parts(
                forecast,
                PartNames.Heading(input.IsTable ? "" : input.Data.SeriesColumn, isSeveral),
                part => PartNames.Short(part, isSeveral),
                part => Scale(parts[part], input.Newest(parts[part])),
                terminal.Width,
                most));
            if (forecast.Steps > 2 || most < forecast.Parts.Count)
                terminal.Say("All rows: --csv or --json.");
        }

        foreach (string sentence in ForecastWords.Remarks(forecast))
            terminal.Say(sentence, Color.Yellow);
    }

    private static string Facts(PartsForecaster forecaster, PartForecast part)
    {
        string name = forecaster.Kind == ForecasterKind.Blend ? "The blend" : forecaster.Name;
        IEnumerable<string> listed = (forecaster as BlendForecaster)?.MeanShares().OrderByDescending(share => share.Value)
            .Select(share => FormattableString.Invariant($"{100 * share.Value:0} % {share.Key}")) ?? [];
        string shares = forecaster is BlendForecaster ? $" ({string.Join(", ", listed)})" : "";
        string training = forecaster is PretrainedForecaster pretrained ? $"{pretrained.TrainingInWords}; scaling fitted to" : "trained on";
        return $"{name}{shares}, {training} {part.Format(forecaster.TrainedOn.First)} to {part.Format(forecaster.TrainedOn.Last)}";
    }

    /// <summary>The size of errors, by which digits are chosen: half the width of the next interval, or a hundredth of the value.</summary>
    private static double Scale(PartForecast part, double newest)
    {
        double scale = part.Interval(0, 1, 0.8) is { Width: > 0 } interval ? interval.Width / 2 : Math.Abs(newest) / 100;
        return scale > 0 ? scale : 1;
    }
}
