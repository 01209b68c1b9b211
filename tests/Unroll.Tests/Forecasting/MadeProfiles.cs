using Unroll.Forecasting;

namespace Unroll.Tests.Forecasting;

/// <summary>A load as a power grid shows it, made by a stated rule: a day, a week, noise that lasts, and calm and wild months.</summary>
/// <remarks>
/// With d the share of the day that is over and w = 1 on Monday to Friday, 0.8 on Saturday, 0.7 on Sunday, the value is
/// 1000 + w·(300 + 200·sin(2π(d − 0.3)) + 80·sin(4π(d − 0.1))) + e, where e follows e ← φ·e + σ·n with φ = 0.9 an hour and standard
/// normal n, and σ = 20·exp(v) with v ← 0.9998·v + 0.01·n′ an hour. About 1000 to 1600, never below 0.
/// </remarks>
internal static class MadeProfiles
{
    /// <param name="perHour">Rows an hour: 1, or 2 for half-hourly rows.</param>
    /// <param name="rows">How many rows, from Monday 2018-01-01 00:00 on.</param>
    /// <param name="seed">Other numbers, the same rule.</param>
    public static TimeSeries Of(int perHour, int rows, ulong seed = 1)
    {
        var random = new RandomSource(seed);
        DateTime first = new(2018, 1, 1);
        var dates = new DateTime[rows];
        var load = new double[rows];
        double kept = Math.Pow(0.9, 1.0 / perHour), calm = Math.Pow(0.9998, 1.0 / perHour), noise = 0, wild = 0;
        // Of the same deviation whatever the rows an hour.
        double fresh = Math.Sqrt((1 - (kept * kept)) / (1 - 0.81));
        for (int row = 0; row < rows; row++)
        {
            dates[row] = first.AddMinutes(60.0 / perHour * row);
            double day = dates[row].TimeOfDay.TotalDays;
            double week = dates[row].DayOfWeek switch { DayOfWeek.Saturday => 0.8, DayOfWeek.Sunday => 0.7, _ => 1 };
            wild = (calm * wild) + (0.01 / Math.Sqrt(perHour) * random.NextNormal());
            noise = (kept * noise) + (20 * fresh * Math.Exp(wild) * random.NextNormal());
            double profile = (200 * Math.Sin(2 * Math.PI * (day - 0.3))) + (80 * Math.Sin(4 * Math.PI * (day - 0.1)));
            load[row] = 1000 + (week * (300 + profile)) + noise;
        }

        return new TimeSeries(perHour == 1 ? "hourly.csv" : "half-hourly.csv", dates, ("load", load));
    }
}
