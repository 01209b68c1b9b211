using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>What a comparison says in words.</summary>
internal static class Verdicts
{
    /// <summary>A difference below this share of the error is called none.</summary>
    private const double Negligible = 0.005;

    /// <summary>An error that is a smaller share of the naive forecast's is rounding.</summary>
    private const double Rounding = 1e-9;

    /// <summary>The verdict on the recommended forecast, or on every network where there is none.</summary>
    public static IReadOnlyList<string> Summary(Comparison comparison)
    {
        if (comparison.Recommended is not { } best)
        {
            IEnumerable<ForecasterScore> networks = comparison.Scores.Where(score => score.Kind == ForecasterKind.Network);
            return [.. networks.SelectMany(score => new[] { Of(comparison, score), Late(score) }).OfType<string>()];
        }

        return [.. new[] { Of(comparison, best), Networks(comparison, best), Intervals(best), Late(best) }.OfType<string>()];
    }

    /// <summary>How good a forecaster is beside the best single baseline and naive.</summary>
    public static string Of(Comparison comparison, ForecasterScore score)
    {
        ForecasterScore best = comparison.BestBaseline, naive = comparison.Naive;
        string over = comparison.Steps == 1 ? "one row ahead" : $"over 1 to {comparison.Steps} rows ahead";
        string measure = Measure(score);
        string beside = best.Key == naive.Key
            ? $"the naive forecast, which is also the best baseline, has {Figure(naive.Error)}{Difference(score.Error, naive.Error)}"
            : $"the best baseline, {best.Name}, has {Figure(best.Error)}{Difference(score.Error, best.Error)}, and the naive forecast "
                + $"{Figure(naive.Error)}{Difference(score.Error, naive.Error)}";
        string parts = score.IsSingle ? "" : string.Create(CultureInfo.InvariantCulture, $"; it beats naive on {score.PartsBeatNaive:N0} "
            + $"of {score.Parts.Count:N0} and the best baseline of each on {score.PartsBeatBest:N0}");
        string advice = comparison.Recommended is null && IsWorse(score.Error, best.Error) ? $". Use the {best.Name} forecast instead" : "";
        return $"{Subject(score)} has {measure} {Figure(score.Error)} {over}; {beside}{parts}{advice}.";
    }

    /// <summary>What the networks add to a blend.</summary>
    private static string? Networks(Comparison comparison, ForecasterScore best)
    {
        if (comparison.WithoutNetworks is not { } without)
            return null;
        double gain = without.Error > Rounding * comparison.Naive.Error ? 1 - (best.Error / without.Error) : 0;
        string figure = string.Create(
            CultureInfo.InvariantCulture, $"Without its networks it would have {Measure(best)} {Figure(without.Error)}");
        string p = PValue(comparison) is { } value ? $" ({Probability(value)})" : "";
        string chance = PValue(comparison) is >= DieboldMariano.SignificanceLevel && Math.Abs(gain) >= Negligible
            ? ", which could well be chance" : "";
        return Math.Abs(gain) < Negligible
            ? $"{figure}: the networks make no difference{p}."
            : string.Create(CultureInfo.InvariantCulture, $"{figure}: the networks {(gain > 0 ? "take" : "add")} "
                + $"{100 * Math.Abs(gain):0.#} % {(gain > 0 ? "off" : "to")} the error{chance}{p}.");
    }

    /// <summary>How wide the intervals are and how often they held.</summary>
    private static string? Intervals(ForecasterScore best)
    {
        if (best.Width(0.8) is not { } narrow)
            return null;
        string unit = best.IsSingle ? "wide" : "mean changes of each series wide";
        string wide = string.Create(CultureInfo.InvariantCulture,
            $"those of 95 % are {Figure(best.Width(0.95)!.Value)} wide and held {100 * best.Coverage(0.95)!.Value:0.0} %");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Its intervals of 80 % are {Figure(narrow)} {unit} on average and held {100 * best.Coverage(0.8)!.Value:0.0} % of the values, "
                + $"{wide}.");
    }

    /// <summary>
    /// One plain line where forecasts of the next row follow the actual values instead of foreseeing them (<see cref="LagDiagnosis"/>);
    /// null where they do not, where there are too few test rows to tell, and for several parts.
    /// </summary>
    private static string? Late(ForecasterScore score)
    {
        if (!score.IsSingle)
            return null;
        PartForecast forecast = score.Parts[0].Forecast;
        double[] actual = [.. Enumerable.Range(0, forecast.Origins).Select(origin => forecast.Actual(origin, 1))];
        double[] predicted = [.. Enumerable.Range(0, forecast.Origins).Select(origin => forecast[origin, 1])];
        try
        {
            var lag = LagDiagnosis.Of(actual, predicted);
            string rows = lag.Lag == 1 ? "1 row" : $"{lag.Lag} rows";
            return lag.Follows
                ? $"{Subject(score)} follows the actual values {rows} late and does not foresee changes: a chart of both looks better than "
                    + "the forecast is."
                : null;
        }
        catch (UnrollException)
        {
            return null;
        }
    }

    /// <summary>
    /// How often chance alone would make the blend and the blend without networks differ as much: the test of Diebold and Mariano on the
    /// errors of each origin, squared where the metric is RMSE, means over H rows ahead and over the parts; null where it is not defined.
    /// </summary>
    public static double? PValue(Comparison comparison)
    {
        if (comparison.Recommended is not { } best || comparison.WithoutNetworks is not { } without)
            return null;
        ForecastMetric metric = comparison.Task.Metric.ForOnePart();
        int count = best.Parts.Concat(without.Parts).Min(part => part.Forecast.Origins);
        (double[] first, double[] second) = (new double[count], new double[count]);
        for (int i = 0; i < best.Parts.Count; i++)
        {
            double unit = best.IsSingle ? 1 : Math.Pow(best.Parts[i].UnitOf(metric), metric == ForecastMetric.Rmse ? 2 : 1);
            double[] own = best.Parts[i].Costs(metric), other = without.Parts[i].Costs(metric);
            for (int origin = 0; origin < count; origin++)
            {
                first[origin] += own[own.Length - count + origin] / unit;
                second[origin] += other[other.Length - count + origin] / unit;
            }
        }

        try
        {
            return DieboldMariano.OfLosses(first, second, comparison.Steps).PValue;
        }
        catch (UnrollException)
        {
            return null;
        }
    }

    /// <summary>How much less or more error; no difference where it is below half a percent or both print alike.</summary>
    private static string Difference(double error, double other)
    {
        if (other <= 0)
            return "";
        double share = 1 - (error / other);
        if (Math.Abs(share) < Negligible || Figure(error) == Figure(other))
            return " (no difference)";
        return share switch
        {
            > 0 => string.Create(CultureInfo.InvariantCulture, $" ({100 * share:0.#} % less error)"),
            >= -1 => string.Create(CultureInfo.InvariantCulture, $" ({-100 * share:0.#} % more error)"),
            _ => string.Create(CultureInfo.InvariantCulture, $" ({Times(1 - share)} times the error)"),
        };
    }

    private static bool IsWorse(double error, double other) => error > other * (1 + Negligible);

    private static string Subject(ForecasterScore score) => score.Kind == ForecasterKind.Blend ? "The recommended forecast, the blend,"
        : score.HasGivenName ? score.Name : $"The {score.Name}";

    private static string Measure(ForecasterScore score) => score.IsSingle ? score.ErrorName : $"a mean {score.ErrorName} of";

    private static string Figure(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    private static string Times(double times) => times.ToString(times < 1000 ? "0.#" : "0.0e+0", CultureInfo.InvariantCulture);

    private static string Probability(double p) => p < 0.001
        ? "p < 0.001"
        : $"p = {p.ToString(p < 0.1 ? "0.###" : "0.##", CultureInfo.InvariantCulture)}";
}
