using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class DescriptionTests
{
    private static TimeSeries Days(params double[] values) =>
        new("t", [.. Enumerable.Range(0, values.Length).Select(day => new DateTime(2020, 1, 1).AddDays(day))], ("x", values));

    [Fact]
    public void Agrees_with_the_example_of_the_pandas_reference()
    {
        // pandas.Series([1, 2, 3]).describe()
        ColumnDescription x = Days(3, 1, double.NaN, 2).Describe().Columns[0];
        Assert.Equal(new ColumnDescription("x", 3, 2, 1, 1, 1.5, 2, 2.5, 3), x);
    }

    [Fact]
    public void Quartiles_lie_linearly_between_neighbours()
    {
        // numpy.percentile([10, 20, 40, 80], [25, 50, 75]) = 17.5, 30, 50: positions 0.75, 1.5 and 2.25
        ColumnDescription x = Days(80, 10, 40, 20).Describe().Columns[0];
        Assert.Equal((17.5, 30, 50), (x.LowerQuartile, x.Median, x.UpperQuartile));
    }

    [Fact]
    public void A_single_value_has_no_deviation_and_no_values_have_nothing()
    {
        ColumnDescription one = Days(5).Describe().Columns[0];
        Assert.Equal((1, 5, double.NaN, 5, 5), (one.Count, one.Mean, one.StandardDeviation, one.LowerQuartile, one.Maximum));
        ColumnDescription none = Days(double.NaN).Describe().Columns[0];
        Assert.Equal((0, double.NaN, double.NaN), (none.Count, none.Mean, none.Minimum));
    }

    [Fact]
    public void The_sample_has_the_figures_of_another_implementation()
    {
        // Python 3 on samples/data/sp500.csv: math.fsum(x)/n, statistics.stdev(x), statistics.quantiles(x, n=4, method='inclusive')
        ColumnDescription high = TimeSeries.Read(TestFiles.Sample("sp500.csv")).Select("high").Describe().Columns[0];
        Assert.Equal(5105, high.Count);
        Assert.Equal(1604.6796066701274, high.Mean, 1e-9);
        Assert.Equal(608.7061894840924, high.StandardDeviation, 1e-9);
        Assert.Equal((695.27002, 1163.75, 1376.51001, 2023.77002, 3393.52002),
            (high.Minimum, high.LowerQuartile, high.Median, high.UpperQuartile, high.Maximum));
    }

    [Fact]
    public void Prints_the_table_that_pandas_prints()
    {
        var series = new TimeSeries(
            "t", [new(2020, 1, 1), new(2020, 1, 2), new(2020, 1, 3)], ("High", [1, 2, 3.25]), ("Volume", [1e7, 2e7, 3e7]));
        string expected = string.Join('\n',
            "           High      Volume",
            "count  3.000000         3.0",
            "mean   2.083333  20000000.0",
            "std    1.127312  10000000.0",
            "min    1.000000  10000000.0",
            "25%    1.500000  15000000.0",
            "50%    2.000000  20000000.0",
            "75%    2.625000  25000000.0",
            "max    3.250000  30000000.0");
        Assert.Equal(expected, series.Describe().ToString());
    }

    [Fact]
    public void Large_figures_print_in_scientific_notation()
    {
        string text = TimeSeries.Read(TestFiles.Sample("sp500.csv")).Select("volume").Describe().ToString();
        Assert.Equal("             volume\ncount  5.105000e+03\nmean   3.124407e+09\nstd    1.503512e+09",
            string.Join('\n', text.Split('\n')[..4]));
    }
}
