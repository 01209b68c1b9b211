using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class GapFillerTests
{
    private const double N = double.NaN;

    private static TimeSeries Days(params double[] values) =>
        new("t.csv", [.. Enumerable.Range(1, values.Length).Select(day => new DateTime(2020, 1, day))], ("x", values),
            ("y", [.. values.Select(_ => 1.0)]));

    [Fact]
    public void Error_names_the_column_the_count_and_the_first_date() => Assert.Equal(
        "Column x of t.csv has 2 values missing, the first on 2020-01-02. Drop these rows, fill the gaps, or complete the file.",
        Assert.Throws<UnrollException>(() => Days(1, N, 3, N).Fill(MissingPolicy.Error)).Message);

    [Fact]
    public void Drop_leaves_out_whole_rows()
    {
        TimeSeries filled = Days(1, N, 3, N).Fill(MissingPolicy.Drop);
        Assert.Equal([1, 3], filled["x"].ToArray());
        Assert.Equal([1, 1], filled["y"].ToArray());
        Assert.Equal([new(2020, 1, 1), new(2020, 1, 3)], filled.Dates);
        Assert.Equal(["dropped 2 of 4 rows: a value was missing"], filled.Notices);
    }

    [Fact]
    public void Only_the_columns_of_the_table_count()
    {
        TimeSeries series = Days(1, N, 3);
        Assert.Same(series.Select("y").ColumnNames[0], "y");
        Assert.Equal(3, series.Select("y").Fill(MissingPolicy.Error).Rows);
    }

    [Fact]
    public void Forward_fill_repeats_the_value_before()
    {
        TimeSeries series = Days(1, N, N, 4, N), filled = series.Fill(MissingPolicy.ForwardFill);
        Assert.Equal([1, 1, 1, 4, 4], filled["x"].ToArray());
        Assert.Equal(["filled 3 values of x forward"], filled.Notices);
        Assert.Equal([1, N, N, 4, N], series["x"].ToArray());
    }

    [Fact]
    public void Interpolation_is_a_straight_line_and_repeats_at_the_end()
    {
        // pandas.Series([1, nan, nan, 4, nan]).interpolate()
        TimeSeries filled = Days(1, N, N, 4, N).Fill(MissingPolicy.Interpolate);
        Assert.Equal([1, 2, 3, 4, 4], filled["x"].ToArray());
        Assert.Equal(["interpolated 2 values of x", "filled 1 value of x forward: nothing follows to interpolate to"], filled.Notices);
    }

    [Fact]
    public void Rows_before_the_boundary_see_nothing_from_after_it()
    {
        // The gap reaches from the 2nd to the 5th; the boundary cuts it at the 4th.
        TimeSeries filled = Days(1, N, N, N, N, 10).Fill(MissingPolicy.Interpolate, new DateTime(2020, 1, 4));
        Assert.Equal([1, 1, 1, 4, 7, 10], filled["x"].ToArray());
        Assert.Equal([1, 2.8, 4.6, 6.4, 8.2, 10], Days(1, N, N, N, N, 10).Fill(MissingPolicy.Interpolate)["x"].ToArray());
    }

    [Theory]
    [InlineData(MissingPolicy.ForwardFill)]
    [InlineData(MissingPolicy.Interpolate)]
    public void A_gap_at_the_beginning_cannot_be_filled(MissingPolicy policy) => Assert.Equal(
        "Column x of t.csv begins with 2 values missing: there is nothing before 2020-01-03 to fill from. Drop these rows, or choose a "
            + "range that begins there.",
        Assert.Throws<UnrollException>(() => Days(N, N, 3).Fill(policy)).Message);

    [Fact]
    public void A_column_without_values_cannot_be_filled() => Assert.Equal(
        "Column x of t.csv has no values at all. Choose another column.",
        Assert.Throws<UnrollException>(() => Days(N, N).Fill(MissingPolicy.ForwardFill)).Message);

    [Fact]
    public void Nothing_left_after_drop_is_an_error() => Assert.Equal(
        "Every row of t.csv has a missing value, so none would be left. Leave out the columns that are empty.",
        Assert.Throws<UnrollException>(() => Days(N, N).Fill(MissingPolicy.Drop)).Message);
}
