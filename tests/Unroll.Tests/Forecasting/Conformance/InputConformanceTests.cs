using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;
using static Unroll.Tests.Forecasting.Conformance.ForecastAsserts;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting.Conformance;

/// <summary>What every input does, whatever it says of a row.</summary>
public class InputConformanceTests
{
    private static readonly DateTime s_first = new(2016, 3, 1);

    public static TheoryData<string> Names => [.. InputCases.All.Keys];

    private static DateTime[] Days(int from, int count) => [.. Enumerable.Range(from, count).Select(day => s_first.AddDays(day))];

    private static double Place(DateTime date) => (date - new DateTime(2000, 1, 1)).TotalDays;

    private static double[] Numbers(ForecastInput input, DateTime[] dates, int row, bool isNumbered = false)
    {
        var numbers = new double[input.Count];
        input.Write(new InputRows(dates, isNumbered, [], _ => []), row, numbers);
        return numbers;
    }

    private static void Close(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-8);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Numbers_are_those_written_out_by_hand(string name)
    {
        InputCase row = InputCases.All[name];
        DateTime[] days = Days(0, 900), hours = [.. Enumerable.Range(0, 200).Select(hour => s_first.AddHours(hour))];
        for (int i = 0; i < days.Length; i++)
            Close(row.Expected(Place(days[i])), Numbers(row.Input, days, i));
        for (int i = 0; i < hours.Length; i++)
            Close(row.Expected(Place(hours[i])), Numbers(row.Input, hours, i));
        DateTime[] numbered = RowNumbers.ToDates([.. Enumerable.Range(0, 500).Select(number => 3.0 * number)]);
        for (int i = 0; i < numbered.Length; i++)
            Close(row.Expected(3 * i), Numbers(row.Input, numbered, i, isNumbered: true));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_row_says_the_same_whatever_row_the_table_begins_with(string name)
    {
        ForecastInput input = InputCases.All[name].Input;
        DateTime[] all = Days(0, 300), newest = Days(90, 300);
        for (int i = 90; i < 300; i++)
            Assert.Equal(Numbers(input, all, i), Numbers(input, newest, i - 90));
    }

    /// <summary>Numbers that a target is made of are chosen, told of, divided out, saved and loaded.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_chosen_where_it_tells_something_and_comes_back_from_a_file(string name)
    {
        InputCase row = InputCases.All[name];
        DateTime[] dates = Days(0, 600);
        double[] noise = TestData.Normal(dates.Length, 3);
        double[] x = [.. dates.Select(
            (date, i) => 100 + (5 * row.Expected(Place(date)).Select((number, n) => number / (n + 1)).Sum()) + noise[i])];
        var task = new ForecastTask(new TimeSeries("t.csv", dates, ("x", x)), new TaskOptions
        {
            Targets = ["x"],
            Horizon = 5,
            Window = 14,
            TestRows = 40,
            Inputs = new ForecastInputs { Own = [row.Input] },
        });
        RidgeForecaster ridge = Fitted(new RidgeForecaster(), task);
        Assert.Contains(row.Input.Name, string.Join(' ', ridge.Notes), StringComparison.Ordinal);
        Assert.DoesNotContain("left out", string.Join(' ', ridge.Notes), StringComparison.Ordinal);
        PartContributions made = ridge.Contributions(task.Data, 5)[0];
        Assert.Contains(row.Input.Contribution, made.Present);
        RidgeForecaster loaded = Loaded(ridge);
        Same(ridge.Predict(task), loaded.Predict(task));
        Same(ridge.Predict(task.Data, 5), loaded.Predict(task.Data, 5));
        Assert.Equal([row.Input], loaded.Inputs.Own);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Kind_and_settings_make_it_again(string name)
    {
        ForecastInput input = InputCases.All[name].Input;
        Assert.Equal(input, ForecastKinds.Inputs.Find(input.Kind)(input.Settings));
    }

    /// <summary>A new input that is forgotten here fails.</summary>
    [Fact]
    public void Every_input_is_in_the_table()
    {
        IEnumerable<Type> kinds = typeof(ForecastInput).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ForecastInput)) && !type.IsAbstract);
        Assert.Empty(kinds.Except(InputCases.All.Values.Select(row => row.Input.GetType())).Select(type => type.Name));
    }
}
