using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class AnomaliesTests(ITestOutputHelper output)
{
    /// <summary>One run of random numbers, however many hands it passes through.</summary>
    private sealed class Draws(int seed)
    {
        private RandomSource _source = new((ulong)seed);

        public double Normal() => _source.NextNormal();

        public double Uniform() => _source.NextDouble();
    }

    private static readonly DateTime s_start = new(2015, 1, 1);

    /// <summary>Made series without anomalies: value of each row.</summary>
    private static readonly Dictionary<string, Func<Draws, int, double[]>> s_made = new()
    {
        ["noise"] = (random, rows) => [.. Normals(random, rows)],
        ["trend and week"] = (random, rows) => Each(random, rows, (noise, row) => 200 + (0.1 * row) + (20 * Wave(row, 7)) + (3 * noise)),
        ["growing season"] = (random, rows) =>
            Each(random, rows, (noise, row) => Math.Exp(3 + (0.002 * row) + (0.5 * Wave(row, 7)) + (0.05 * noise))),
        ["walk"] = (random, rows) => [.. Sums(Normals(random, rows))],
        ["year"] = (random, rows) => Each(random, rows, (noise, row) => 50 + (10 * Wave(row, 365.25)) + noise),
        ["heavy tails"] = (random, rows) => [.. Enumerable.Range(0, rows).Select(_ => StudentT(random, 4))],
        ["walk with heavy tails"] = (random, rows) => [.. Sums(Enumerable.Range(0, rows).Select(_ => StudentT(random, 4)))],
        ["skewed"] = (random, rows) => [.. Enumerable.Range(0, rows).Select(_ => -Math.Log(1 - random.Uniform()))],
        ["volatility"] = Garch,
        ["autoregression"] = Autoregression,
        ["counts"] = (random, rows) => [.. Enumerable.Range(0, rows).Select(_ => (double)Count(random, 2))],
    };

    private static double Wave(int row, double period) => Math.Sin(2 * Math.PI * row / period);

    private static double[] Each(Draws random, int rows, Func<double, int, double> value) => [.. Normals(random, rows).Select(value)];

    public static TheoryData<string> Names => [.. s_made.Keys];

    private static double[] Normals(Draws random, int rows) => [.. Enumerable.Range(0, rows).Select(_ => random.Normal())];

    private static IEnumerable<double> Sums(IEnumerable<double> changes)
    {
        double sum = 0;
        foreach (double change in changes)
            yield return sum += change;
    }

    private static double StudentT(Draws random, int degrees) =>
        random.Normal() / Math.Sqrt(Normals(random, degrees).Sum(each => each * each) / degrees);

    private static double[] Garch(Draws random, int rows)
    {
        double variance = 1, last = 0;
        return [.. Sums(Normals(random, rows).Select(noise =>
        {
            variance = 0.03 + (0.1 * last * last) + (0.87 * variance);
            return last = Math.Sqrt(variance) * noise;
        }))];
    }

    private static double[] Autoregression(Draws random, int rows)
    {
        double last = 0;
        return Array.ConvertAll(Normals(random, rows), noise => last = (0.6 * last) + noise);
    }

    private static int Count(Draws random, double mean)
    {
        double product = random.Uniform(), least = Math.Exp(-mean);
        int count = 0;
        for (; product > least; count++)
            product *= random.Uniform();
        return count;
    }

    private static Series Daily(double[] values) =>
        new TimeSeries("t", [.. Enumerable.Range(0, values.Length).Select(row => s_start.AddDays(row))], ("x", values))["x"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Few_rows_without_anomalies_are_marked(string name)
    {
        int marks = 0, rows = 0;
        foreach (int length in new[] { 60, 200, 1000, 3000 })
        {
            for (int seed = 0; seed < 12; seed++, rows += length)
                marks += Anomalies.Find(Daily(s_made[name](new Draws(seed), length))).Count;
        }

        output.WriteLine($"{name}: {1000.0 * marks / rows:F2} in 1000");
        Assert.True(marks < rows / 1000.0, $"{marks} of {rows}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Outliers_are_found(string name)
    {
        foreach (double size in new[] { 6.0, 8, 12 })
        {
            int found = 0, planted = 0, wrong = 0;
            for (int seed = 1; seed <= 8; seed++)
            {
                var random = new Draws(seed);
                double[] values = s_made[name](random, 1000);
                double usual = name == "counts" ? Math.Sqrt(2) : Usual(name);
                HashSet<int> places = [];
                while (places.Count < 6)
                    places.Add(30 + (int)(random.Uniform() * 940));
                foreach (int row in places)
                {
                    int side = name is "skewed" or "counts" ? 1 : Math.Sign(random.Normal());
                    values[row] += name == "growing season" ? values[row] * (Math.Exp(side * size * 0.05) - 1) : side * size * usual;
                }

                IReadOnlyList<Anomaly> marks = Anomalies.Find(Daily(values));
                found += places.Count(row => marks.Any(mark => mark.Row == row));
                planted += places.Count;
                wrong += marks.Count(mark => !places.Contains(mark.Row));
            }

            output.WriteLine($"{name} {size}: {found} of {planted}, {wrong} wrong");
            Assert.True(found >= Least(name, size) * planted, $"{name}, {size}: {found} of {planted}");
            Assert.True(wrong <= 8, $"{name}, {size}: {wrong} wrong");
        }

        // What six usual deviations are in normal noise, twelve are in heavy tails; in those of waiting times nothing stands out.
        static double Least(string name, double size) => name switch
        {
            "skewed" => 0,
            "heavy tails" or "walk with heavy tails" => size < 12 ? 0 : 0.7,
            "counts" => size < 12 ? 0 : 0.9,
            _ => size < 8 ? 0.75 : 0.9,
        };
    }

    [Fact]
    public void A_shift_of_the_level_is_one_anomaly()
    {
        foreach (string name in new[] { "noise", "trend and week", "autoregression" })
        {
            for (int seed = 1; seed <= 8; seed++)
            {
                double[] values = s_made[name](new Draws(seed), 600);
                double size = (seed % 2 == 0 ? 10 : -10) * Usual(name);
                for (int row = 300; row < values.Length; row++)
                    values[row] += size;
                IReadOnlyList<Anomaly> marks = Anomalies.Find(Daily(values));
                Anomaly[] near = [.. marks.Where(mark => mark.Row is >= 295 and < 320)];
                Anomaly shift = Assert.Single(near, mark => mark.Kind == AnomalyKind.Shift);
                Assert.Equal(300, shift.Row);
                Assert.True(near.Length <= 2, $"{name}, {seed}: {near.Length} near");
                Assert.Equal(Math.Sign(size), Math.Sign(shift.Deviations));
                Assert.True(marks.Count <= 3, $"{name}, {seed}: {marks.Count}");
            }
        }
    }

    [Fact]
    public void A_few_rows_away_are_no_shift()
    {
        double[] values = s_made["noise"](new Draws(3), 600);
        for (int row = 300; row < 303; row++)
            values[row] += 12;
        Anomaly[] marks = [.. Anomalies.Find(Daily(values)).Where(mark => mark.Row is > 290 and < 320).OrderBy(mark => mark.Row)];
        Assert.Equal([300, 301, 302], marks.Select(mark => mark.Row));
        Assert.All(marks, mark => Assert.Equal(AnomalyKind.Value, mark.Kind));
    }

    [Fact]
    public void It_says_what_was_expected_and_how_far_away_the_value_is()
    {
        double[] values = s_made["trend and week"](new Draws(5), 700);
        double usual = values[400];
        values[400] += 45;
        Anomaly mark = Anomalies.Find(Daily(values))[0];
        Assert.Equal((400, s_start.AddDays(400), usual + 45), (mark.Row, mark.Date, mark.Value));
        Assert.InRange(mark.Expected, usual - 9, usual + 9);
        Assert.InRange(mark.Deviations, 11, 19);
        Assert.InRange(mark.Chance, 0, 1e-5);
    }

    /// <summary>25 December, the fourth Thursday of November, Good Friday.</summary>
    [Fact]
    public void What_comes_again_every_year_is_no_anomaly()
    {
        const int Rows = 7 * 365;
        double[] values = s_made["trend and week"](new Draws(9), Rows);
        DateTime[] Of(int year) => [new DateTime(year, 12, 25), Fourth(year), GoodFriday(year)];
        DateTime[] special = [.. Enumerable.Range(2015, 7).SelectMany(Of)];
        foreach (int row in special.Select(day => (day - s_start).Days).Where(row => row < Rows))
            values[row] -= 30;
        int once = (new DateTime(2018, 3, 7) - s_start).Days;
        values[once] -= 30;
        IReadOnlyList<Anomaly> marks = Anomalies.Find(Daily(values));
        Assert.Contains(marks, mark => mark.Row == once);
        Assert.DoesNotContain(marks, mark => special.Contains(mark.Date));

        static DateTime Fourth(int year) =>
            Enumerable.Range(22, 7).Select(day => new DateTime(year, 11, day)).First(day => day.DayOfWeek == DayOfWeek.Thursday);
        static DateTime GoodFriday(int year) => year switch
        {
            2015 => new DateTime(2015, 4, 3),
            2016 => new DateTime(2016, 3, 25),
            2017 => new DateTime(2017, 4, 14),
            2018 => new DateTime(2018, 3, 30),
            2019 => new DateTime(2019, 4, 19),
            2020 => new DateTime(2020, 4, 10),
            _ => new DateTime(2021, 4, 2),
        };
    }

    [Fact]
    public void Months_that_differ_every_year_are_no_anomalies()
    {
        double[] noise = Normals(new Draws(2), 180);
        double[] values = [.. noise.Select((each, row) => 100 + (row % 12 == 11 ? 60 : 0) + (2 * each))];
        values[100] += 30;
        var monthly = new TimeSeries("t", [.. Enumerable.Range(0, 180).Select(s_start.AddMonths)], ("x", values));
        Assert.Equal([100], Anomalies.Find(monthly["x"]).Select(mark => mark.Row));
    }

    [Fact]
    public void A_quiet_time_has_its_own_usual_errors()
    {
        double[] values = [.. Normals(new Draws(4), 1200).Select((noise, row) => noise * (row / 200 % 2 == 0 ? 1 : 10))];
        values[500] += 9;
        values[700] += 90;
        IReadOnlyList<Anomaly> marks = Anomalies.Find(Daily(values));
        Assert.Contains(marks, mark => mark.Row == 500);
        Assert.Contains(marks, mark => mark.Row == 700);
        Assert.True(marks.Count <= 5, $"{marks.Count} marks");
    }

    [Fact]
    public void Missing_values_and_hard_series_do_no_harm()
    {
        double[] gaps = s_made["trend and week"](new Draws(7), 500);
        foreach (int row in Enumerable.Range(0, 500).Where(row => row % 11 == 3 || row is > 200 and < 230))
            gaps[row] = double.NaN;
        gaps[310] += 60;
        Assert.Equal([310], Anomalies.Find(Daily(gaps)).Select(mark => mark.Row));

        Assert.Empty(Anomalies.Find(Daily([.. Enumerable.Repeat(5.0, 100)])));
        Assert.Empty(Anomalies.Find(Daily([.. Enumerable.Range(0, 20).Select(row => row == 10 ? 1e6 : row)])));
        Assert.Empty(Anomalies.Find(Daily([.. Enumerable.Repeat(double.NaN, 50)])));
        Assert.Empty(Anomalies.Find(Daily([.. Enumerable.Range(0, 300).Select(row => 3.0 * row)])));
        double[] spike = [.. Enumerable.Range(0, 200).Select(row => row == 120 ? 9.0 : 4)];
        Anomaly only = Assert.Single(Anomalies.Find(Daily(spike)));
        Assert.Equal((120, true), (only.Row, double.IsFinite(only.Deviations)));
        var rain = new Draws(11);
        double[] seldom = [.. Enumerable.Range(0, 2000).Select(_ => rain.Uniform() < 0.7 ? 0 : -Math.Log(1 - rain.Uniform()))];
        Assert.True(Anomalies.Find(Daily(seldom)).Count < 10);
        foreach (double scale in new[] { 1e-200, 1e200 })
            Assert.Equal([310], Anomalies.Find(Daily(Array.ConvertAll(gaps, value => scale * value))).Select(mark => mark.Row));
    }

    [Fact]
    public void Nothing_depends_on_the_unit_or_the_sign()
    {
        double[] values = s_made["walk"](new Draws(8), 500);
        values[250] += 9;
        int[] rows = [.. Anomalies.Find(Daily(values)).Select(mark => mark.Row)];
        Assert.Contains(250, rows);
        Assert.Equal(rows, Anomalies.Find(Daily(Array.ConvertAll(values, value => -1024 * value))).Select(mark => mark.Row));
    }

    [Fact]
    public void A_smaller_chance_marks_less()
    {
        Series series = Daily(s_made["heavy tails"](new Draws(1), 5000));
        int few = Anomalies.Find(series, 1e-6).Count, usual = Anomalies.Find(series).Count, many = Anomalies.Find(series, 0.01).Count;
        Assert.True(few <= usual && usual < many, $"{few}, {usual}, {many}");
        Assert.Throws<ArgumentOutOfRangeException>(() => Anomalies.Find(series, 0));
    }

    private static double Usual(string name) => name == "trend and week" ? 3 : 1;
}
