using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Properties;

/// <summary>Missing values are filled from what was known: nothing before a boundary depends on what comes after.</summary>
public class GapProperties
{
    private static readonly Gen<double> s_cell = Gen.Frequency((2, Gen.Double[-100, 100]), (1, Gen.Const(double.NaN)));
    private static readonly Gen<MissingPolicy> s_policy = Gen.Int[0, 2]
        .Select(n => new[] { MissingPolicy.Drop, MissingPolicy.ForwardFill, MissingPolicy.Interpolate }[n]);

    /// <summary>A first value, which is there, values before the boundary, and two different futures.</summary>
    private static readonly Gen<(MissingPolicy Policy, double First, double[] Past, double[] Future, double[] Other)> s_gaps =
        Gen.Select(s_policy, Gen.Double[-100, 100], s_cell.Array[0, 20], s_cell.Array[1, 20], s_cell.Array[1, 20]);

    private static DateTime Day(int row) => new DateTime(2020, 2, 20).AddDays(row);

    private static TimeSeries Table(params double[] values) => new("t", [.. Enumerable.Range(0, values.Length).Select(Day)], ("x", values));

    [Fact]
    public void Nothing_before_the_boundary_depends_on_what_follows() => s_gaps.Sample((policy, first, past, future, other) =>
    {
        DateTime boundary = Day(1 + past.Length);
        var before = new DateRange(null, boundary.AddDays(-1));
        TimeSeries one = Table([first, .. past, .. future]).Fill(policy, boundary).Slice(before);
        TimeSeries two = Table([first, .. past, .. other]).Fill(policy, boundary).Slice(before);
        TimeSeries alone = Table([first, .. past]).Fill(policy);
        return one.Dates.SequenceEqual(two.Dates) && one["x"].Values.SequenceEqual(two["x"].Values)
            && one.Dates.SequenceEqual(alone.Dates) && one["x"].Values.SequenceEqual(alone["x"].Values);
    }, iter: 5_000);

    [Fact]
    public void Forward_fill_depends_on_nothing_that_follows_any_row() =>
        Gen.Select(Gen.Double[-100, 100], s_cell.Array[1, 20]).Sample((first, rest) =>
        {
            double[] values = [first, .. rest], filled = Table(values).Fill(MissingPolicy.ForwardFill)["x"].ToArray();
            return Enumerable.Range(1, values.Length).All(rows =>
                Table(values[..rows]).Fill(MissingPolicy.ForwardFill)["x"].Values.SequenceEqual(filled.AsSpan(0, rows)));
        });

    [Fact]
    public void What_was_given_stays_and_nothing_is_missing_afterwards() => s_gaps.Sample((policy, first, past, future, _) =>
    {
        double[] values = [first, .. past, .. future];
        TimeSeries filled = Table(values).Fill(policy, Day(1 + past.Length));
        var given = values.Select((value, row) => (Date: Day(row), Value: value)).Where(row => !double.IsNaN(row.Value))
            .ToDictionary(row => row.Date, row => row.Value);
        return !filled["x"].ToArray().Any(double.IsNaN)
            && filled.Rows == (policy == MissingPolicy.Drop ? given.Count : values.Length)
            && given.All(row => filled.Slice(new DateRange(row.Key, row.Key))["x"][0] == row.Value);
    });

    /// <summary>A value that is filled in lies between the values around it; where only one is known it is that one.</summary>
    [Fact]
    public void Interpolated_values_lie_between_their_neighbours() => s_gaps.Sample((_, first, past, future, _) =>
    {
        double[] values = [first, .. past, .. future], filled = Table(values).Fill(MissingPolicy.Interpolate)["x"].ToArray();
        return Enumerable.Range(0, values.Length).All(row =>
        {
            double before = values[..(row + 1)].Last(value => !double.IsNaN(value));
            double after = values[row..].FirstOrDefault(value => !double.IsNaN(value), before);
            return filled[row] >= Math.Min(before, after) - 1e-12 && filled[row] <= Math.Max(before, after) + 1e-12;
        });
    });
}
