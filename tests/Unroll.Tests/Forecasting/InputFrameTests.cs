using System.Text.Json;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class InputFrameTests
{
    private static string Refused(Action action) => Assert.ThrowsAny<UnrollException>(action).Message;

    /// <summary>The plan with every group of inputs, whether they pay or not.</summary>
    internal static InputPlan Everything(ForecastSplit split, int steps, TargetTransform? transform = null)
    {
        InputPlan bare = InputPlans.Candidates(split, steps, InputPlans.Season(split), transform)[^1];
        return InputPlans.Groups(split, steps).Aggregate(
            bare, (plan, add) => add(plan) is var more && plan.Calendar is not null ? more with { Calendar = plan.Calendar } : more);
    }

    /// <summary>All that models are given from an origin.</summary>
    private static (double[] Linear, float[] Channels, double[] Units) Written(InputFrame frame, InputPlan plan, int origin)
    {
        double[] linear = new double[plan.Steps * frame.LinearInputs];
        for (int step = 1; step <= plan.Steps; step++)
            frame.WriteLinear(origin, step, linear.AsSpan((step - 1) * frame.LinearInputs, frame.LinearInputs));
        float[] channels = new float[(plan.Window + plan.Steps) * frame.Channels];
        for (int i = 0; i < plan.Window + plan.Steps; i++)
            frame.WriteChannels(origin, origin - plan.Window + 1 + i, channels.AsSpan(i * frame.Channels, frame.Channels));
        return (linear, channels,
            [frame.Inverse(origin, 1, 0), frame.Inverse(origin, 1, 1), frame.Inverse(origin, 1, -2.5), frame.TargetOf(origin, origin)]);
    }

    public static TheoryData<string, int, int, string> Cases => new()
    {
        { "daily", 1000, 1, "difference" }, { "daily", 1000, 7, "log-return" }, { "daily", 1000, 28, "difference" },
            { "daily", 1200, 28, "relative" },
        { "daily", 200, 7, "none" }, { "business", 600, 7, "difference" }, { "hourly", 800, 28, "log-return" },
        { "hourly", 800, 1, "difference" },
        { "weekly", 300, 7, "difference" }, { "monthly", 160, 7, "log-return" }, { "quarterly", 90, 7, "difference" },
        { "yearly", 90, 7, "relative" },
        { "yearly", 90, 3, "difference" }, { "every third day", 200, 7, "log-return" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Nothing_depends_on_rows_after_the_origin_but_known_inputs(string frequency, int rows, int steps, string transform)
    {
        TimeSeries table = MadeTables.Of(frequency, rows);
        ForecastSplit split = MadeTables.Split(table, 40, 24, MadeTables.AllInputs);
        InputPlan plan = Everything(split, steps, TargetTransform.Parse(transform));
        var frame = new InputFrame(table, plan);
        Assert.Equal(rows, frame.Rows);
        foreach (int origin in (int[])[frame.FirstOrigin, rows / 2, rows - 40, rows - steps - 1, rows - 1])
        {
            var expected = Written(frame, plan, origin);
            Assert.DoesNotContain(expected.Linear, number => !double.IsFinite(number));
            Assert.DoesNotContain(expected.Channels, number => !float.IsFinite(number));
            TimeSeries garbage = MadeTables.Spoilt(table, origin + 1, row => 1e6 + (977 * row), "event"),
                coming = MadeTables.Spoilt(table, origin + 1, _ => double.NaN, "event");
            foreach (TimeSeries other in (TimeSeries[])[garbage, coming])
            {
                var actual = Written(new InputFrame(other, plan), plan, origin);
                Assert.Equal(expected.Linear, actual.Linear);
                Assert.Equal(expected.Channels, actual.Channels);
                Assert.Equal(expected.Units, actual.Units);
            }
        }

        // The test sees what it is to see: one row earlier makes a difference.
        Assert.NotEqual(Written(frame, plan, rows / 2).Linear,
            Written(new InputFrame(MadeTables.Spoilt(table, rows / 2, row => 1e6 + row, "event"), plan), plan, rows / 2).Linear);
    }

    /// <summary>Scales, seasons and choices of every group are learnt from training rows, whatever the rows to judge on hold.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void No_number_of_a_plan_follows_from_rows_after_training(string frequency, int rows, int steps, string transform)
    {
        TimeSeries table = MadeTables.Of(frequency, rows), other = MadeTables.Spoilt(table, rows - 40, row => 1e6 + (977 * row));
        ForecastSplit split = MadeTables.Split(table, 40, 24, MadeTables.AllInputs);
        ForecastSplit spoilt = MadeTables.Split(other, 40, 24, MadeTables.AllInputs);
        InputPlan plan = Everything(split, steps, TargetTransform.Parse(transform));
        Assert.Equal(Numbers(plan), Numbers(Everything(spoilt, steps, TargetTransform.Parse(transform))));
        Assert.Equal(Numbers(InputPlans.Adapt(plan, split)), Numbers(InputPlans.Adapt(plan, spoilt)));

        // The test sees what it is to see: the last training row makes a difference.
        TimeSeries earlier = MadeTables.Spoilt(table, rows - 41, row => 1e3 + row);
        ForecastSplit another = MadeTables.Split(earlier, 40, 24, MadeTables.AllInputs);
        Assert.NotEqual(Numbers(plan), Numbers(Everything(another, steps, TargetTransform.Parse(transform))));

        static string Numbers(InputPlan plan) => JsonSerializer.Serialize(plan);
    }

    [Fact]
    public void All_inputs_are_in_the_plans_above()
    {
        InputPlan plan = Everything(MadeTables.Split(MadeTables.Of("daily", 1000), 40, 24, MadeTables.AllInputs), 7);
        Assert.Equal(("x", 24, 10, 7, 7, true), (plan.Target, plan.Window, plan.Lags, plan.Steps, plan.Season, plan.Memory));
        Assert.Equal([7], plan.Seasons.Take(1));
        Assert.Equal(13, plan.Calendar!.Count);
        Assert.Equal(["low"], plan.Alike);
        ScaledColumn volume = Assert.Single(plan.Past), known = Assert.Single(plan.Known);
        Assert.Equal(("volume", true, false), (volume.Name, volume.Logarithm, volume.Change));
        Assert.Equal(("event", false), (known.Name, known.Change));
        Assert.Equal(["low", "volume", "event"], plan.Columns);
        Assert.Equal("x as log-return without its season, with low, volume, event, the calendar, the same days of years before",
            plan.InWords());
        var frame = new InputFrame(MadeTables.Of("daily", 1000), plan);
        Assert.Equal(10 + 10 + 3 + 1 + 13 + 5 + (2 * plan.Seasons.Count) + (2 * 10), frame.LinearInputs);
        Assert.Equal(1 + 1 + 1 + 1 + 13 + 5 + (2 * plan.Seasons.Count), frame.Channels);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("difference")]
    [InlineData("log-return")]
    [InlineData("relative")]
    public void What_is_predicted_is_turned_back_into_the_value(string transform)
    {
        TimeSeries table = MadeTables.Of("daily", 200);
        foreach ((int season, bool volatility) in ((int, bool)[])[(1, false), (7, false), (1, true)])
        {
            var plan = new InputPlan
            {
                Target = "x",
                Transform = transform,
                Window = 10,
                Lags = 5,
                Steps = 3,
                Season = season,
                Scale = 0.37,
                InUnitsOfVolatility = volatility
            };
            var frame = new InputFrame(table, plan);
            Assert.Equal(9, frame.FirstOrigin);
            for (int origin = frame.FirstOrigin; origin < 197; origin++)
            {
                for (int row = origin - 3; row <= origin + 3; row++)
                    Assert.Equal(table["x"][row], frame.Inverse(origin, row - origin, frame.TargetOf(origin, row)), 1e-12 * 100);
            }
        }
    }

    [Fact]
    public void Targets_are_measured_from_the_level_in_units_of_the_scale()
    {
        TimeSeries table = MadeTables.Days(10, 20, 30, 25, 50, 40);
        InputFrame Frame(string transform, int season, double scale) => new(
            table, new InputPlan { Target = "x", Transform = transform, Window = 3, Lags = 3, Steps = 1, Season = season, Scale = scale });
        Assert.Equal(12.5, Frame("difference", 1, 2).TargetOf(3, 4));
        Assert.Equal(12.5, Frame("difference", 3, 2).TargetOf(3, 4), 1e-12);
        Assert.Equal(7.5, Frame("difference", 3, 2).TargetOf(4, 4) + Frame("difference", 3, 2).TargetOf(4, 3) + 5, 1e-12);
        Assert.Equal(25, Frame("none", 1, 2).TargetOf(3, 4));
        Assert.Equal(2, Frame("relative", 1, 0.5).TargetOf(3, 4));
        Assert.Equal(Math.Log(2) / 0.5, Frame("log-return", 1, 0.5).TargetOf(3, 4), 1e-15);
    }

    [Fact]
    public void Changes_are_measured_in_what_they_were_lately_where_there_is_no_season()
    {
        var frame = new InputFrame(MadeTables.Days(10, 13, 9), new InputPlan
        {
            Target = "x",
            Transform = "difference",
            Window = 1,
            Lags = 1,
            Steps = 1,
            Scale = 2,
            InUnitsOfVolatility = true
        });
        // 0.94·2² + 0.06·3² = 4.3.
        Assert.Equal(3 / 2.0, frame.TargetOf(0, 1), 1e-15);
        Assert.Equal(-4 / Math.Sqrt(4.3), frame.TargetOf(1, 2), 1e-15);
        foreach (TargetTransform transform in (TargetTransform[])[TargetTransform.None, TargetTransform.Difference,
            TargetTransform.LogReturn, TargetTransform.Relative])
        {
            InputPlan plan = Assert.Single(InputPlans.Candidates(MadeTables.Split(MadeTables.Of("yearly", 60), 10, 8), 1, 1, transform));
            Assert.Equal((1, transform == TargetTransform.Difference || transform == TargetTransform.LogReturn),
                (plan.Season, plan.InUnitsOfVolatility));
        }
    }

    [Fact]
    public void Each_input_has_its_place()
    {
        var table = new TimeSeries(
            "t.csv", MadeTables.Dates("daily", 9),
            ("x", [10, 20, 30, 12, 24, 33, double.NaN, double.NaN, double.NaN]),
            ("low", [9, 19, 29, 11, 23, 32, 0, 0, double.NaN]),
            ("v", [1, 2, 3, 4, 5, 6, double.NaN, 8, 9]),
            ("k", [0, 1, 0, 0, 1, 0, 0, 1, double.NaN]));
        var plan = new InputPlan
        {
            Target = "x",
            Transform = "difference",
            Window = 3,
            Lags = 2,
            Steps = 3,
            Season = 3,
            Scale = 2,
            Alike = ["low"],
            Past = [new ScaledColumn("v", 1, 5, false, false)],
            Known = [new ScaledColumn("k", 0.5, 0.5, false, false)],
            Seasons = [3],
        };
        var frame = new InputFrame(table, plan);
        Assert.Equal((6, 2, 4 + 3 + 3, 6), (frame.Rows, frame.FirstOrigin, frame.LinearInputs, frame.Channels));
        Assert.Equal([new DateTime(2015, 1, 11), new DateTime(2015, 1, 12), new DateTime(2015, 1, 13)], frame.FutureDates);

        // From row 5 the level is 23. Two rows ahead is row 7; the same place of the seasons before are rows 4 and 1.
        double[] linear = new double[frame.LinearInputs];
        frame.WriteLinear(5, 2, linear);
        Assert.Equal([5, 0.5, 4.5, 0, 1, 0.8, 0.6, 1, 0.5, -0.5], linear);
        float[] channels = new float[6];
        frame.WriteChannels(5, 4, channels);
        Assert.Equal([0.5f, 0, 0.8f, 1, -1.5f, -1.5f], channels);
        frame.WriteChannels(5, 7, channels);
        Assert.Equal([0, 0, 0, 1, 0.5f, -0.5f], channels);
        frame.WriteChannels(5, 8, channels);
        Assert.Equal([0, 0, 0, 0, 5, 5 - 0.75f], channels);
        KnownColumns.Require(plan, table, 5, 2);
        Assert.Equal(
            "t.csv does not say what k will be in the 3 rows after 2015-01-10. Add rows with a date, the known columns and an empty x.",
            Refused(() => KnownColumns.Require(plan, table, 5, 3)));
    }

    [Fact]
    public void Rows_to_come_go_on_with_the_calendar()
    {
        TimeSeries table = MadeTables.Of("business", 60);
        var plan = new InputPlan { Target = "x", Transform = "difference", Window = 5, Lags = 5, Steps = 4 };
        // 60 business days from Monday 5 January 2015 on end on Friday 27 March; 58 on Wednesday.
        Assert.Equal([new DateTime(2015, 3, 30), new DateTime(2015, 3, 31), new DateTime(2015, 4, 1), new DateTime(2015, 4, 2)],
            new InputFrame(table, plan).FutureDates);
        TimeSeries coming = MadeTables.Spoilt(table, 58, _ => double.NaN);
        Assert.Equal([new DateTime(2015, 3, 26), new DateTime(2015, 3, 27), new DateTime(2015, 3, 30), new DateTime(2015, 3, 31)],
            new InputFrame(coming, plan).FutureDates);
    }

    [Fact]
    public void Days_of_years_before_are_not_looked_at_where_missing_rows_make_them_younger_than_the_origin()
    {
        // Eleven months are missing, so that 28 rows span more than a year.
        TimeSeries whole = MadeTables.Of("daily", 1500);
        int[] kept = [.. Enumerable.Range(0, 1500).Where(row => row is < 900 or >= 1240)];
        var table = new TimeSeries("t.csv", [.. kept.Select(row => whole.Dates[row])], ("x", [.. kept.Select(row => whole["x"][row])]));
        var plan = new InputPlan { Target = "x", Transform = "difference", Window = 5, Lags = 5, Steps = 28, Memory = true };
        int remembered = 0;
        for (int origin = 870; origin < 905; origin++)
        {
            var expected = Written(new InputFrame(table, plan), plan, origin);
            var actual = Written(new InputFrame(MadeTables.Spoilt(table, origin + 1, row => 1e6 * row), plan), plan, origin);
            Assert.Equal(expected.Linear, actual.Linear);
            Assert.Equal(expected.Channels, actual.Channels);
            remembered += expected.Linear.Count(number => number != 0);
        }

        Assert.True(remembered > 10_000);
    }

    [Fact]
    public void Values_that_are_missing_or_not_defined_are_named()
    {
        TimeSeries table = MadeTables.Of("daily", 50);
        var plan = new InputPlan { Target = "x", Transform = "difference", Window = 5, Lags = 5, Steps = 2 };
        TimeSeries Gap(string column, int at) => new("t.csv", [.. table.Dates], [.. table.ColumnNames.Select(
            name => (name, table[name].ToArray().Select((value, row) => name == column && row == at ? double.NaN : value).ToArray()))]);
        const string Remedy = "Choose how to treat missing values, leave the column out, or complete the file.";
        Assert.Equal($"t.csv has no x on 2015-01-08. {Remedy}", Refused(() => _ = new InputFrame(Gap("x", 3), plan)));
        Assert.Equal($"t.csv has no low on 2015-02-23. {Remedy}",
            Refused(() => _ = new InputFrame(Gap("low", 49), plan with { Alike = ["low"] })));
        Assert.Equal($"t.csv has no volume on 2015-01-05. {Remedy}",
            Refused(() => _ = new InputFrame(Gap("volume", 0), plan with { Past = [new ScaledColumn("volume", 0, 1, false, false)] })));
        Assert.Equal(
            "t.csv has no event on 2015-01-07, and it is a known column. Complete the file, or leave it out of the known columns.",
            Refused(() => _ = new InputFrame(Gap("event", 2), plan with { Known = [new ScaledColumn("event", 0, 1, false, false)] })));
        Assert.Equal("t.csv has no column price. Choose one of x, low, volume, event.",
            Refused(() => _ = new InputFrame(table, plan with { Alike = ["price"] })));
        Assert.Equal(
            "A log-return is defined for values above 0 only, but one is -1. Use the transform difference or none.",
            Refused(() => _ = new InputFrame(
                MadeTables.Days(1, 2, -1, 3), plan with { Transform = "log-return", IsTransformFixed = true })));
        Assert.Equal("A relative change from 0 is not defined. Use the transform difference or none.",
            Refused(() => _ = new InputFrame(MadeTables.Days(1, 2, 0, 3), plan with { Transform = "relative" })));
        Assert.Equal("A relative change from 0 is not defined. Use the transform difference or none.",
            Refused(() => _ = new InputFrame(MadeTables.Days(1, 2, -2, 3), plan with { Transform = "relative", Season = 2 })));
        Assert.Equal(0, new InputFrame(MadeTables.Days(0, 2, 2, 3), plan with { Transform = "relative", Season = 2 }).TargetOf(2, 2));
        Assert.Equal("There is no transform \"root\". Choose none, difference, log-return or relative, or make one of your own known with "
            + "ForecastKinds.Register(...).", Refused(() => _ = new InputFrame(table, plan with { Transform = "root" })));
    }

    [Fact]
    public void Columns_are_brought_to_their_training_scale()
    {
        // Mean 3, population variance 2.
        ScaledColumn plain = ScaledColumn.Fit("c", [1, 2, 3, 4, 5], true);
        Assert.Equal(new ScaledColumn("c", 3, Math.Sqrt(2), false, false), plain);
        Assert.Equal([0, 8, -8], plain.Apply([3, 1e9, -1e9]));
        // A level that wanders is seen by its changes, a known column never.
        double[] line = [.. Enumerable.Range(0, 400).Select(row => (double)row)];
        Assert.True(ScaledColumn.Fit("c", line, true).Change);
        Assert.False(ScaledColumn.Fit("c", line, false).Change);
        // A constant, also one that sums do not give back exactly, says nothing, and a value that differs no more than it does.
        double[] constant = [.. Enumerable.Repeat(0.1, 333)];
        double[] applied = ScaledColumn.Fit("c", constant, false).Apply([0.1, 0.2]);
        Assert.Equal(0, applied[0], 1e-12);
        Assert.Equal(0.1, applied[1], 1e-12);
        // One large value among many: the logarithm, unless something is negative.
        double[] skewed = [.. Enumerable.Repeat(0.0, 30), Math.E - 1];
        Assert.True(ScaledColumn.Fit("c", skewed, true).Logarithm);
        Assert.Equal(1 / 31.0, ScaledColumn.Fit("c", skewed, true).Offset, 1e-15);
        Assert.False(ScaledColumn.Fit("c", [.. skewed, -1], true).Logarithm);
    }
}
