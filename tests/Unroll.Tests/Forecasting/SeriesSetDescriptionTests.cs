using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class SeriesSetDescriptionTests
{
    private const double N = double.NaN;

    private static readonly SeriesSet s_panel = new(
        "p",
        ("North", Days(1, ("sold", [1, 2, 4.5]), ("price", [10, N, N]))),
        ("South side of the street", Days(2, ("sold", [3, N]), ("price", [20, 40]))),
        ("West", Days(5, ("sold", [N]), ("price", [5]))));

    private static TimeSeries Days(int first, params (string, double[])[] columns) =>
        new("t", [.. Enumerable.Range(first, columns[0].Item2.Length).Select(day => new DateTime(2020, 1, day))], columns);

    [Fact]
    public void Counts_and_means_are_those_of_each_series_and_the_total_that_of_all_values()
    {
        SeriesSetDescription description = s_panel.Describe();
        SeriesSummary north = description.Series[0], west = description.Series[2], all = description.Total;
        Assert.Equal(("North", 3, new DateTime(2020, 1, 1), new DateTime(2020, 1, 3), 2),
            (north.Key, north.Rows, north.First, north.Last, north.Missing));
        Assert.Equal([2.5, 10], north.Means);
        Assert.Equal([N, 5], west.Means);
        Assert.Equal(("all 3", 6, new DateTime(2020, 1, 1), new DateTime(2020, 1, 5), 4),
            (all.Key, all.Rows, all.First, all.Last, all.Missing));
        Assert.Equal([10.5 / 4, 75.0 / 4], all.Means);
    }

    [Fact]
    public void Prints_a_line_for_each_series_and_one_for_all() => Assert.Equal(
        string.Join(
            '\n',
            "                          rows       first        last  missing  mean sold  mean price",
            "series",
            "North                        3  2020-01-01  2020-01-03        2      2.500       10.00",
            "South side of the street     2  2020-01-02  2020-01-03        1      3.000       30.00",
            "West                         1  2020-01-05  2020-01-05        1        NaN        5.00",
            "all 3                        6  2020-01-01  2020-01-05        4      2.625       18.75"),
        s_panel.ToString());

    [Fact]
    public void Where_space_is_short_long_names_series_and_means_are_left_out_and_that_is_said() => Assert.Equal(
        string.Join(
            '\n',
            "                  rows       first        last  missing  mean sold",
            "series",
            "North                3  2020-01-01  2020-01-03        2      2.500",
            "South sid...reet     2  2020-01-02  2020-01-03        1      3.000",
            "1 more             ...         ...         ...      ...        ...",
            "all 3                6  2020-01-01  2020-01-05        4      2.625",
            "No room for the means of price"),
        s_panel.Describe().ToText(68, 2));
}
