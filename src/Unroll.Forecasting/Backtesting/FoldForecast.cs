using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Unroll.Forecasting;

/// <summary>
/// What one forecaster forecast in one fold, before intervals are made of it, and what is said of it: kept as text where work is kept.
/// </summary>
/// <param name="Key">What files call it.</param>
/// <param name="Name">What tables call it.</param>
/// <param name="Kind">What it is made of.</param>
/// <param name="IsWithout">Whether it is a blend as it would be without networks.</param>
/// <param name="Parameters">How many numbers training set.</param>
/// <param name="Took">How long the fit took.</param>
/// <param name="Shares">What a blend is made of.</param>
/// <param name="Parts">In the order of the fold's parts.</param>
internal sealed record FoldForecast(
    string Key,
    string Name,
    ForecasterKind Kind,
    bool IsWithout,
    long Parameters,
    TimeSpan Took,
    IReadOnlyDictionary<string, double> Shares,
    IReadOnlyList<FoldPart> Parts)
{
    /// <summary>The test rows of a fold as a forecaster predicts them that was fitted to its training rows.</summary>
    /// <exception cref="UnrollException">A prediction is not finite.</exception>
    public static FoldForecast Of(PartsForecaster forecaster, ForecastTask fold, bool isWithout = false) => new(
        forecaster.Key,
        forecaster.Name,
        forecaster.Kind,
        isWithout,
        forecaster.Parameters,
        forecaster.FitTime,
        forecaster is BlendForecaster blend ? blend.MeanShares() : new Dictionary<string, double>(),
        [.. fold.Parts.Select(part => FoldPart.Of(forecaster, part, fold[part], fold.Horizon))]);

    /// <summary>
    /// Of one fold, as text that <see cref="Read"/> reads back to the bit, without times: the same for whoever forecasts it.
    /// </summary>
    public static string Text(IReadOnlyList<FoldForecast> fold) => JsonSerializer.Serialize(
        [.. fold.Select(forecast => forecast with { Took = default })], FoldJson.Default.IReadOnlyListFoldForecast);

    /// <summary>How long each of one fold took, in ticks.</summary>
    public static string Times(IReadOnlyList<FoldForecast> fold) =>
        string.Join(' ', fold.Select(forecast => forecast.Took.Ticks.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Null where the text is none of these.</summary>
    /// <param name="text">From <see cref="Text"/>.</param>
    /// <param name="times">From <see cref="Times"/>; null where they are lost.</param>
    public static IReadOnlyList<FoldForecast>? Read(string text, string? times)
    {
        try
        {
            long[] took = [.. (times ?? "").Split(' ')
                .Select(each => long.TryParse(each, CultureInfo.InvariantCulture, out long ticks) ? ticks : 0)];
            return JsonSerializer.Deserialize(text, FoldJson.Default.IReadOnlyListFoldForecast) is { } fold
                ? [.. fold.Select((forecast, i) => forecast with { Took = TimeSpan.FromTicks(took.ElementAtOrDefault(i)) })]
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>One part of it.</summary>
/// <param name="Series">The key of the series.</param>
/// <param name="Target">The column.</param>
/// <param name="Values">[n][H], in the target's units.</param>
/// <param name="Head">[n][H, K] quantiles that the model says; null for values alone.</param>
/// <param name="Track">What it forecast of the newest training rows without having learnt from them; null where there were too few.</param>
internal sealed record FoldPart(string Series, string Target, double[][] Values, double[][]? Head, FoldTrack? Track)
{
    public static FoldPart Of(PartsForecaster forecaster, Part part, ForecastSplit split, int steps)
    {
        PartModel model = forecaster.Models[part];
        RawForecast raw = forecaster.Raw(model, split, steps);
        int bad = Array.FindIndex(raw.Values, ahead => !Array.TrueForAll(ahead, double.IsFinite));
        if (bad >= 0)
        {
            string from = split.Table.Format(split.Table.Dates[split.Train.Count - 1 + bad]);
            throw new UnrollException(
                $"The {forecaster.Name} predicts no finite number from {from} on. Train it with a smaller learning rate.");
        }

        return new FoldPart(part.Series, part.Target, raw.Values, raw.Head?.Ahead, model.Track is { } track ? FoldTrack.Of(track) : null);
    }
}

/// <summary>Rows that a fit held back, as it forecast them.</summary>
/// <param name="Actual">The values after the first origin.</param>
/// <param name="Values">[n][H].</param>
/// <param name="Head">[n][H, K]; null without a head.</param>
internal sealed record FoldTrack(double[] Actual, double[][] Values, double[][]? Head)
{
    public static FoldTrack Of(TrackRecord track)
    {
        HorizonForecast held = track.Validation;
        double[][] values = [.. Enumerable.Range(0, held.Origins).Select(origin => held.From(origin).ToArray())];
        return new FoldTrack(held.AllActual.ToArray(), values, track.ValidationHead?.Ahead);
    }

    public TrackRecord ToTrack() =>
        new(new HorizonForecast(Actual, Values), Head is null ? null : new HorizonQuantiles(Values[0].Length, Head));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(IReadOnlyList<FoldForecast>))]
internal sealed partial class FoldJson : JsonSerializerContext;
