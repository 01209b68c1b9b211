using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>A split with columns beside the target keeps what a split of the target alone promises.</summary>
public class ForecastSplitInputsTests
{
    private static readonly TimeSeries s_table = MadeTables.Of("daily", 100);

    private static string Refused(Action action) => Assert.Throws<UnrollException>(action).Message;

    private static ForecastSplit Cut(TimeSeries table, ForecastInputs? inputs) =>
        new(table, "X", "2015-01-10..2015-02-28", "2015-03-10..2015-03-31", 7, inputs);

    [Fact]
    public void Columns_change_nothing_of_the_target()
    {
        ForecastSplit alone = Cut(s_table, null), all = Cut(s_table, MadeTables.AllInputs);
        foreach (Func<ForecastSplit, Series> series in (Func<ForecastSplit, Series>[])[s => s.Train, s => s.Test, s => s.TestWithHistory,
            s => s.TrainThroughTest])
        {
            Assert.Equal(series(alone).ToArray(), series(all).ToArray());
            Assert.Equal(series(alone).Dates, series(all).Dates);
            Assert.Equal("x", series(all).Name);
        }

        Assert.Equal((50, 22, 29, 81), (all.Train.Count, all.Test.Count, all.TestWithHistory.Count, all.TrainThroughTest.Count));
        Assert.Equal(["x"], alone.Table.ColumnNames);
        Assert.Equal(["x", "low", "volume", "event"], all.Table.ColumnNames);
        Assert.Equal((81, new DateTime(2015, 1, 10), new DateTime(2015, 3, 31)), (all.Table.Rows, all.Table.FirstDate, all.Table.LastDate));
        Assert.Equal(all.TrainThroughTest.ToArray(), all.Table["x"].ToArray());
        Assert.Equal(s_table["volume"].Values.Slice(5, 81).ToArray(), all.Table["volume"].ToArray());
        Assert.Same(ForecastInputs.TargetOnly, alone.Inputs);
    }

    [Fact]
    public void Missing_values_are_refused_in_every_column_that_is_used_and_in_no_other()
    {
        TimeSeries Gap(string column, int at) => new("t.csv", [.. s_table.Dates], [.. s_table.ColumnNames.Select(
            name => (name, s_table[name].ToArray().Select((value, row) => name == column && row == at ? double.NaN : value).ToArray()))]);
        foreach (string column in MadeTables.AllInputs.Past.Concat(MadeTables.AllInputs.Known))
        {
            Assert.Equal(
                $"Column {column} of t.csv has 1 value missing, the first on 2015-01-25. Drop these rows, fill the gaps, or complete the "
                    + "file.",
                Refused(() => Cut(Gap(column, 20), MadeTables.AllInputs)));
            Assert.Equal(50, Cut(Gap(column, 20), null).Train.Count);
            Assert.Equal(50, Cut(Gap(column, 4), MadeTables.AllInputs).Train.Count);
            Assert.Equal(22, Cut(Gap(column, 86), MadeTables.AllInputs).Test.Count);
        }
    }

    [Fact]
    public void A_column_that_is_not_there_is_named() => Assert.Equal(
        "t.csv has no column price. Choose one of x, low, volume, event.",
            Refused(() => Cut(s_table, new ForecastInputs { Known = ["price"] })));

    [Fact]
    public void Everything_is_every_other_column_and_the_calendar()
    {
        ForecastInputs inputs = ForecastInputs.Everything(s_table, "LOW");
        Assert.Equal(["x", "volume", "event"], inputs.Past);
        Assert.Equal((0, true), (inputs.Known.Count, inputs.Calendar));
        Assert.Equal((0, 0, false),
            (ForecastInputs.TargetOnly.Past.Count, ForecastInputs.TargetOnly.Known.Count, ForecastInputs.TargetOnly.Calendar));
    }

    [Fact]
    public void Training_rows_are_cut_once_more_without_a_look_at_the_test()
    {
        ForecastSplit split = Cut(s_table, MadeTables.AllInputs), inner = split.WithinTraining(12);
        Assert.Equal((38, 12, 19, 50), (inner.Train.Count, inner.Test.Count, inner.TestWithHistory.Count, inner.TrainThroughTest.Count));
        Assert.Equal(split.Train.ToArray(), inner.TrainThroughTest.ToArray());
        Assert.Equal(split.Train.ToArray()[^12..], inner.Test.ToArray());
        Assert.Equal(split.Train.ToArray()[^19..], inner.TestWithHistory.ToArray());
        Assert.Equal((50, new DateTime(2015, 2, 28)), (inner.Table.Rows, inner.Table.LastDate));
        Assert.Equal(("x", 7, "2015-01-10..2015-02-16", "2015-02-17..2015-02-28"),
            (inner.Target, inner.Window, inner.TrainRange.ToString(), inner.TestRange.ToString()));
        Assert.Same(split.Inputs, inner.Inputs);
        Assert.Equal(8, split.WithinTraining(42).Train.Count);
        Assert.Equal("Only 7 rows in 2015-01-10..2015-02-28 before the newest 43, but a window of 7 needs at least 8. Use a shorter window "
            + "or a longer range.", Refused(() => split.WithinTraining(43)));
        Assert.Equal("Only 0 rows in 2015-01-10..2015-02-28 before the newest 99, but a window of 7 needs at least 8. Use a shorter window "
            + "or a longer range.", Refused(() => split.WithinTraining(99)));
        Assert.Throws<ArgumentOutOfRangeException>(() => split.WithinTraining(0));
    }

    [Fact]
    public void Rows_of_the_same_day_are_cut_by_the_hour()
    {
        ForecastSplit inner = MadeTables.Split(MadeTables.Of("hourly", 100), 10, 12).WithinTraining(20);
        Assert.Equal((70, 20), (inner.Train.Count, inner.Test.Count));
        Assert.True(inner.TrainRange.EndsBefore(inner.TestRange));
        Assert.Equal("2015-01-07 22:00:00..2015-01-08 17:00:00", inner.TestRange.ToString());
        Assert.True(inner.TestRange.Contains(inner.Test.Dates[0]) && !inner.TrainRange.Contains(inner.Test.Dates[0])
            && inner.TrainRange.Contains(inner.Train.Dates[^1]));
    }
}
