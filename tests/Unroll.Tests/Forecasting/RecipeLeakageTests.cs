using Unroll.Forecasting;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

/// <summary>
/// Neither the ensemble nor least squares on all inputs knows what comes after an origin, and nothing learns from test rows.
/// </summary>
public class RecipeLeakageTests
{
    private const int Test = 40;

    public static TheoryData<string, int, int, Strategy> Cases => new()
    {
        { "daily", 800, 1, Strategy.Direct }, { "daily", 760, 7, Strategy.Direct }, { "business", 300, 3, Strategy.Direct },
            { "hourly", 500, 4, Strategy.Direct }, { "monthly", 200, 6, Strategy.Direct },
        { "daily", 760, 7, Strategy.Recursive }, { "business", 300, 3, Strategy.Recursive }, { "hourly", 500, 4, Strategy.Recursive },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Test_rows_change_no_fit_and_no_earlier_prediction_and_a_table_that_ends_at_an_origin_gives_the_same(
        string frequency, int rows, int steps, Strategy strategy)
    {
        TimeSeries table = MadeTables.Of(frequency, rows);
        ForecastInputs inputs = MadeTables.AllInputs with { Past = strategy == Strategy.Recursive ? [] : MadeTables.AllInputs.Past };
        EnsembleRecipe recipe = Recipe(steps, strategy: strategy);
        ForecastSplit split = MadeTables.Split(table, Test, 24, inputs);
        EnsembleForecaster ensemble = Fitted(new EnsembleForecaster(recipe), split);
        RidgeForecaster linear = Fitted(new RidgeForecaster(Recipe(steps)), split, steps);
        byte[] saved = Bytes(ensemble);
        EndsAtAnOrigin(ensemble, table, split, steps);
        EndsAtAnOrigin(linear, table, split, steps);
        foreach (int known in (int[])[0, 13])
        {
            // The origin Test − known rows before the end is the last that sees nothing of the garbage.
            ForecastSplit other =
                MadeTables.Split(MadeTables.Spoilt(table, rows - Test + known, row => 1e5 + (977 * row), "event"), Test, 24, inputs);
            EnsembleForecaster again = Fitted(new EnsembleForecaster(recipe), other);
            Assert.Equal(saved, Bytes(again));
            (PartsForecaster, PartsForecaster)[] pairs =
                [(ensemble, again), (linear, Fitted(new RidgeForecaster(Recipe(steps)), other, steps))];
            foreach ((PartsForecaster one, PartsForecaster two) in pairs)
            {
                HorizonForecast expected = one.Ahead(split, steps), actual = two.Ahead(other, steps);
                for (int origin = 0; origin <= known; origin++)
                    Assert.Equal(expected.From(origin).ToArray(), actual.From(origin).ToArray());
                Assert.NotEqual(expected.From(known + 1).ToArray(), actual.From(known + 1).ToArray());
                Assert.All(expected.Predicted(steps), value => Assert.True(double.IsFinite(value)));
            }
        }
    }

    [Fact]
    public void Rows_between_training_and_test_are_known_but_not_learnt_from()
    {
        TimeSeries table = MadeTables.Of("daily", 300);
        ForecastSplit Cut(TimeSeries rows) => new(rows, "x", DateRange.Exactly(rows.FirstDate, rows.Dates[199], rows),
            DateRange.Exactly(rows.Dates[270], rows.LastDate, rows), 14, MadeTables.AllInputs);
        ForecastSplit split = Cut(table), other = Cut(MadeTables.Spoilt(table, 200, row => 500 + row, "event"));
        EnsembleForecaster one = Fitted(new EnsembleForecaster(Recipe(2)), split), two = Fitted(new EnsembleForecaster(Recipe(2)), other);
        Assert.Equal(Bytes(one), Bytes(two));
        Assert.Equal((table.FirstDate, table.Dates[199]), one.TrainedOn);
        Assert.NotEqual(one.Ahead(split, 2).Predicted(1), two.Ahead(other, 2).Predicted(1));
    }

    private static void EndsAtAnOrigin(PartsForecaster forecaster, TimeSeries table, ForecastSplit split, int steps)
    {
        HorizonForecast ahead = forecaster.Ahead(split, steps);
        double[] next = forecaster.Predicted(split);
        Assert.Equal((Test - steps + 1, Test), (ahead.Origins, next.Length));
        foreach (int origin in (int[])[0, 5, Test - steps])
        {
            TimeSeries coming = UpTo(table, table.Rows - Test - 1 + origin, steps);
            double[] alone = forecaster.Ahead(coming, steps);
            for (int h = 1; h <= steps; h++)
                Assert.Equal(1, alone[h - 1] / ahead[origin, h], 1e-6);
            Assert.Equal(1, forecaster.Next(coming) / alone[0], 1e-6);
            Assert.Equal(1, next[origin] / alone[0], 1e-6);
        }
    }
}
