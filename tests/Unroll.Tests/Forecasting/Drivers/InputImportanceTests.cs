using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting.Drivers;

/// <summary>The share of each group of inputs, by permutation.</summary>
public class InputImportanceTests
{
    private const int Rows = 700;

    private static InputImportance Of(PartsForecaster forecaster, ForecastTask task) =>
        InputImportance.Of(forecaster, task, TestContext.Current.CancellationToken)!;

    /// <summary>Days of which the target is made of the weekday, an event, a walk and noise, beside a column that says nothing.</summary>
    private static ForecastTask Task(double weekday, double events, double walk, int horizon = 3)
    {
        DateTime[] dates = MadeTables.Dates("daily", Rows);
        double[] noise = TestData.Normal(3 * Rows, 7), x = new double[Rows];
        double[] event01 = [.. noise[Rows..(2 * Rows)].Select(value => value > 0.8 ? 1.0 : 0)];
        double at = 100;
        for (int row = 0; row < Rows; row++)
        {
            at += walk * noise[row];
            x[row] = at + (weekday * ((int)dates[row].DayOfWeek * 3 % 7)) + (events * event01[row]) + (0.3 * noise[(2 * Rows) - 1 - row]);
        }

        var table = new TimeSeries("t.csv", dates, ("x", x), ("event", event01), ("nothing", noise[(2 * Rows)..]));
        return new ForecastTask(table, new TaskOptions
        {
            Targets = ["x"],
            Horizon = horizon,
            TestRows = 60,
            Inputs = new ForecastInputs { Past = ["nothing"], Known = ["event"], Calendar = true },
        });
    }

    private static double Share(InputImportance importance, params InputGroup[] groups) =>
        importance.Inputs.Where(input => groups.Contains(input.Group)).Sum(input => input.Share);

    [Fact]
    public void Where_the_calendar_alone_matters_it_has_the_share()
    {
        ForecastTask task = Task(weekday: 3, events: 0, walk: 0);
        InputImportance ridge = Of(Fitted(new RidgeForecaster(), task), task);
        Assert.True(Share(ridge, InputGroup.Calendar, InputGroup.Season) > 0.8, ridge.InWords());
        Assert.InRange(Share(ridge, InputGroup.KnownColumn, InputGroup.PastColumn), 0, 0.02);
    }

    [Fact]
    public void Where_a_known_column_alone_matters_it_has_the_share_in_ridge_and_networks()
    {
        ForecastTask task = Task(weekday: 0, events: 8, walk: 0);
        foreach (PartsForecaster forecaster in (PartsForecaster[])[new RidgeForecaster(), new EnsembleForecaster(Recipe(3, members: 1))])
        {
            InputImportance importance = Of(Fitted(forecaster, task), task);
            Assert.True(Share(importance, InputGroup.KnownColumn) > 0.8, importance.InWords());
            Assert.StartsWith("mostly event (", importance.InWords(), StringComparison.Ordinal);
            Assert.InRange(Share(importance, InputGroup.PastColumn), 0, 0.02);
            Assert.True(importance.Inputs.Single(input => input.Column == "event").Increase > 100);
        }
    }

    [Fact]
    public void Where_its_own_past_alone_matters_it_has_the_share()
    {
        ForecastTask task = Task(weekday: 0, events: 0, walk: 1);
        BlendForecaster blend = Fitted(BlendForecaster.Of([Recipe(3, members: 1)], task), task);
        InputImportance importance = Of(blend, task);
        Assert.True(Share(importance, InputGroup.OwnPast) > 0.95, importance.InWords());
        Assert.Equal(1, importance.Inputs.Sum(input => input.Share), 1e-12);
        InputGroup[] groups = [InputGroup.OwnPast, InputGroup.PastColumn, InputGroup.KnownColumn, InputGroup.Calendar];
        Assert.Equal(groups, importance.Inputs.Select(input => input.Group).Where(group => group <= InputGroup.Calendar));
        Assert.Equal(["nothing", "event"], importance.Inputs.Select(input => input.Column).Where(column => column.Length > 0));

        // A rule looks at nothing else.
        Assert.Equal(1, Share(Of(Fitted(new EtsForecaster(null, 1), task), task), InputGroup.OwnPast));
    }

    [Theory]
    [InlineData(Strategy.Direct, ForecastHead.None)]
    [InlineData(Strategy.Direct, ForecastHead.Quantile)]
    [InlineData(Strategy.Recursive, ForecastHead.None)]
    public void With_every_input_in_its_place_forecasts_are_as_they_are(Strategy strategy, ForecastHead head)
    {
        foreach (string shape in MadeTasks.Shapes)
        {
            ForecastInputs? inputs = strategy == Strategy.Recursive ? new ForecastInputs { Known = ["event"], Calendar = true } : null;
            ForecastTask task = MadeTasks.Of(shape, steps: 3, inputs: inputs);
            EnsembleRecipe recipe = Recipe(3, members: 1, epochs: 1, strategy: strategy) with { Head = head };
            EnsembleForecaster forecaster = Fitted(new EnsembleForecaster(recipe), task);
            foreach (Part part in task.Parts)
            {
                PartModel model = forecaster.Models[part];
                int[] origins = [200, 150, 220];
                TimeSeries table = task[part].Table;
                PermutedInputs permuted = model.Permute(table, origins, 3);
                for (int i = 0; i < origins.Length; i++)
                {
                    double[] expected = model.Ahead(table, origins[i], 1, 3).Values[0];
                    for (int h = 0; h < 3; h++)
                    {
                        Assert.Equal(expected[h], permuted.AsTheyAre[i][h], 1e-6 * Math.Abs(expected[h]));
                        // What is seen from the same origin is not moved.
                        foreach (InputKey key in permuted.Keys)
                            Assert.Equal(expected[h], permuted.With(key, origins)[i][h], 1e-6 * Math.Abs(expected[h]));
                    }
                }
            }
        }
    }

    [Fact]
    public void A_group_is_that_of_another_origin_and_the_others_stay()
    {
        TimeSeries table = MadeTables.Of("daily", 1000);
        DateTime[] dates = [.. table.Dates];
        var plan = new InputPlan
        {
            Target = "x",
            Transform = "difference",
            Window = 14,
            Lags = 14,
            Steps = 2,
            Season = 7,
            Alike = ["low"],
            Past = [ScaledColumn.Fit("volume", table["volume"].Values, true)],
            Known = [ScaledColumn.Fit("event", table["event"].Values, false)],
            Calendar = CalendarFeatures.For(dates),
            Holidays = HolidayFeatures.For("DE", dates)! with { Days = 14 },
            Seasons = [7],
            Memory = true,
            Around = 1,
        };
        var frame = new InputFrame(table, plan);
        int calendar = plan.Calendar!.Count, holidays = plan.Holidays!.Count, at = 0;
        var slots = new Dictionary<int, InputKey>();
        void Take(int count, InputGroup group, string name = "")
        {
            for (int i = 0; i < count; i++)
                slots[at++] = new InputKey(group, name);
        }

        Take(14, InputGroup.OwnPast, "x");
        Take(10, InputGroup.PastColumn, "low");
        Take(3, InputGroup.PastColumn, "volume");
        Take(1, InputGroup.KnownColumn, "event");
        Take(calendar, InputGroup.Calendar);
        Take(holidays, InputGroup.Holidays);
        Take(5, InputGroup.YearsBefore);
        Take(2, InputGroup.Season);
        Take(28, InputGroup.YearsBefore);
        Take(5, InputGroup.Season);
        Take(14, InputGroup.Holidays);
        Assert.Equal(frame.LinearInputs, at);
        Assert.Equal(slots.Values.ToHashSet(), InputKey.Of("x", [plan]));
        foreach ((int origin, int other) in new[] { (900, 720), (720, 905), (723, 722) })
        {
            double[] own = Inputs(frame, origin), theirs = Inputs(frame, other);
            foreach (InputKey key in slots.Values.Distinct())
            {
                InputFrame permuted = frame.Permute(origin, 2, other, key);
                double[] mixed = Inputs(permuted, origin);
                for (int i = 0; i < mixed.Length; i++)
                    Assert.Equal(slots[i] == key ? theirs[i] : own[i], mixed[i], 1e-9);
                int level = key.Group == InputGroup.OwnPast ? other : origin;
                Assert.Equal(frame.Inverse(level, 2, 0.7), permuted.Inverse(origin, 2, 0.7), 1e-9);
            }
        }

        double[] Inputs(InputFrame rows, int origin)
        {
            var inputs = new double[rows.LinearInputs];
            rows.WriteLinear(origin, 2, inputs);
            return inputs;
        }
    }

    [Fact]
    public void Many_parts_are_sampled_and_any_number_of_threads_gives_the_same_bits()
    {
        (string, TimeSeries) One(int i) => ($"S{i}", MadeTables.Of("daily", 120, i + 1).Select(["x", "event"]));
        var set = new SeriesSet("many.csv", [.. Enumerable.Range(0, 30).Select(One)]);
        set = set.WithStatic("size", Enumerable.Range(0, 30).ToDictionary(i => $"S{i}", i => (double)(i * i % 7)));
        InputImportance Found(int threads)
        {
            var inputs = new ForecastInputs { Known = ["event"], Calendar = true };
            var task = new ForecastTask(set, new TaskOptions { Targets = ["x"], Horizon = 2, TestRows = 12, Window = 8, Inputs = inputs });
            BlendForecaster blend = Fitted(BlendForecaster.Of([Recipe(2, members: 1, epochs: 1, threads: threads)], task), task);
            return Of(blend, task);
        }

        InputImportance one = Found(1), three = Found(3);
        Assert.Equal((24, 30), (one.Parts.Count, one.PartsInAll));
        Assert.Contains(one.Inputs, input => input is { Group: InputGroup.Static, Name: "static columns" });
        Assert.Equal(one.Inputs, three.Inputs);
        Assert.Equal(one.Parts.SelectMany(part => part.Inputs), three.Parts.SelectMany(part => part.Inputs));
        Assert.All(one.Parts, part => Assert.True(part.Error > 0));
    }

    [Fact]
    public void Too_few_rows_to_permute_give_nothing()
    {
        TimeSeries table = MadeTables.Of("monthly", 20).Select(["x"]);
        var task = new ForecastTask(table, new TaskOptions { Horizon = 6, TestRows = 6, Inputs = ForecastInputs.TargetOnly });
        Assert.Null(InputImportance.Of(Fitted(new NaiveForecaster(), task), task, TestContext.Current.CancellationToken));
    }
}
