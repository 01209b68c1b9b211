using Unroll.Forecasting;
using Xunit;

namespace Unroll.Open.Tests.Forecasting;

public sealed class OwnForecasterTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static FunctionForecaster LastValue() => new("last value", 1, (past, ahead) => ahead.Fill(past[^1]));

    /// <summary>The mean of the training rows, as the built-in baseline has it.</summary>
    private sealed class Middle() : OwnForecaster("middle")
    {
        protected override int NeededRows => 1;

        protected override double[] Learn(PastRows rows, CancellationToken cancellation)
        {
            double sum = 0;
            foreach (double value in rows.Values)
                sum += value;
            return [sum / rows.Values.Length];
        }

        protected override void Predict(PastRows rows, ReadOnlySpan<double> learnt, Span<double> ahead) => ahead.Fill(learnt[0]);
    }

    /// <summary>The newest value, and what an event adds, which is learnt as the difference of two means.</summary>
    private sealed class Events() : OwnForecaster("events")
    {
        public override IReadOnlyList<string> Columns => ["event"];

        public override ForecasterKind Kind => ForecasterKind.Network;

        protected override int NeededRows => 7;

        protected override double[] Learn(PastRows rows, CancellationToken cancellation)
        {
            double[] values = rows.Values.ToArray(), events = rows.Known("event")[..rows.Values.Length].ToArray();
            return [values.Where((_, row) => events[row] > 0).Average() - values.Where((_, row) => events[row] == 0).Average()];
        }

        protected override void Predict(PastRows rows, ReadOnlySpan<double> learnt, Span<double> ahead)
        {
            ReadOnlySpan<double> events = rows.Known("event");
            int last = rows.Values.Length - 1;
            for (int h = 0; h < ahead.Length; h++)
            {
                int same = last + h - 6;
                ahead[h] = rows.Values[same] + (learnt[0] * (events[last + 1 + h] - events[same]));
            }
        }
    }

    public OwnForecasterTests()
    {
        ForecastKinds.Register(LastValue);
        ForecastKinds.Register(() => new Middle());
        ForecastKinds.Register(() => new Events());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_function_that_repeats_the_newest_value_is_the_naive_forecast_to_the_bit(int horizon)
    {
        ForecastTask task = Rows.Task(Rows.Daily(300), horizon);
        PartsForecaster own = LastValue(), naive = new NaiveForecaster();
        own.Fit(task, cancellationToken: Stop);
        naive.Fit(task, cancellationToken: Stop);
        Assert.Equal(Rows.Numbers(naive, task), Rows.Numbers(own, task));
        Assert.NotNull(own.Predict(task.Data, horizon).Parts[0].Rows()[0].Within95);
        var comparison = new Comparison(task);
        Assert.Equal(comparison.Naive.Error, comparison.Add(own).Error);
        Assert.Equal(Rows.Numbers(own, task), Rows.Numbers(Rows.Reloaded(own), task));
    }

    [Fact]
    public void One_that_learns_is_the_built_in_one_to_the_bit_refitted_and_loaded_too()
    {
        ForecastTask task = Rows.Task(Rows.Daily(300), 3);
        PartsForecaster own = new Middle(), mean = new MeanForecaster();
        double[] Numbers(PartsForecaster forecaster)
        {
            forecaster.Fit(task, cancellationToken: Stop);
            double[] before = Rows.Numbers(forecaster, task);
            forecaster.Refit(task.Whole(), cancellationToken: Stop);
            PartsForecaster loaded = Rows.Reloaded(forecaster);
            Assert.IsType(forecaster.GetType(), loaded);
            return [.. before, .. Rows.Numbers(loaded.Predict(task.Data, 3))];
        }

        double[] expected = Numbers(mean), actual = Numbers(own);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-10);
    }

    [Fact]
    public void It_reads_known_columns_and_has_intervals_that_hold()
    {
        ForecastTask task = Rows.Task(Rows.Daily(900), 3, new ForecastInputs { Known = ["event"] }, test: 200);
        var events = new Events();
        events.Fit(task, cancellationToken: Stop);
        var comparison = new Comparison(task);
        ForecasterScore score = comparison.Add(events);
        Assert.True(score.Error < 0.5 * comparison.Naive.Error);
        Assert.Equal(ForecasterKind.Network, score.Kind);
        PartForecast forecast = events.Predict(task).Parts[0];
        (int Held, int All) within = (0, 0);
        for (int origin = 0; origin < forecast.Origins; origin++)
        {
            foreach (ForecastRow row in forecast.Rows(origin))
            {
                double actual = forecast.Actual(origin, row.Step);
                within = (within.Held + (actual >= row.Within80!.Value.Lower && actual <= row.Within80.Value.Upper ? 1 : 0),
                    within.All + 1);
            }
        }

        Assert.InRange(within.Held / (double)within.All, 0.72, 0.88);
        Assert.Contains("event", events.Needed.Known);
        Assert.Equal(Rows.Numbers(events.Predict(task)), Rows.Numbers(Rows.Reloaded(events).Predict(task)));
        Assert.Contains("does not say what event will be", Assert.Throws<UnrollException>(() => events.Predict(task.Data, 3)).Message,
            StringComparison.Ordinal);
        Assert.Equal(
            "The events forecast reads event, which is not among the inputs of the task. Add it to the past or the known columns.",
            Assert.Throws<UnrollException>(() => new Events().Fit(Rows.Task(Rows.Daily(300), 3), cancellationToken: Stop)).Message);
    }

    [Fact]
    public void It_is_backtested_and_blended_and_loaded_in_a_blend()
    {
        ForecastTask task = Rows.Task(Rows.Daily(400), 3, new ForecastInputs { Known = ["event"] });
        PartsForecaster Blend() => new BlendForecaster([new Events(), LastValue(), new RidgeForecaster(), new DriftForecaster()]);
        BacktestResult result =
            Backtest.Run(task, [() => new Events(), Blend], new BacktestOptions { RefitEvery = 20 }, cancellationToken: Stop);
        Assert.Contains(result.Comparison.Scores, score => score.Name == "events" && score.Error < result.Comparison.Naive.Error);
        PartsForecaster blend = Blend();
        blend.Fit(task, cancellationToken: Stop);
        Assert.True(((BlendForecaster)blend).MeanShares()["events"] > 0);
        PartsForecaster loaded = Rows.Reloaded(blend);
        Assert.Equal(Rows.Numbers(blend.Predict(task)), Rows.Numbers(loaded.Predict(task)));
        Assert.NotNull(InputImportance.Of(blend, task, Stop));
    }

    [Fact]
    public void A_series_that_was_not_there_is_forecast_and_parts_that_are_too_short_are_told()
    {
        var set = new SeriesSet("sets.csv", ("A", Rows.Daily(300)), ("B", Rows.Daily(300, seed: 2)));
        var task = new ForecastTask(
            set, new TaskOptions { Targets = ["x"], Horizon = 2, TestRows = 20, Inputs = new ForecastInputs { Known = ["event"] } });
        var events = new Events();
        events.Fit(task, cancellationToken: Stop);
        TimeSeries other = Rows.Daily(200, seed: 5);
        double[] x = other["x"].ToArray();
        Array.Fill(x, double.NaN, 190, 10);
        var rows = new TimeSeries("other.csv", [.. other.Dates], ("x", x), ("event", other["event"].ToArray()));
        PartForecast forecast = Assert.Single(events.Predict(new SeriesSet("other.csv", ("C", rows)), 2).Parts);
        Assert.Equal(other.Dates[190], forecast.Rows()[0].Date);
        Assert.NotNull(forecast.Rows()[0].Within80);
    }

    [Fact]
    public void Nothing_after_the_origin_can_be_seen()
    {
        TimeSeries rows = Rows.Daily(300), spoilt = new("rows.csv", [.. rows.Dates],
            ("x", [.. rows["x"].ToArray().Select((value, row) => row < 280 ? value : value + 50)]), ("event", rows["event"].ToArray()));
        var inputs = new ForecastInputs { Known = ["event"] };
        double[] First(TimeSeries table)
        {
            ForecastTask task = Rows.Task(table, 2, inputs, test: 20);
            var events = new Events();
            events.Fit(task, cancellationToken: Stop);
            return [.. events.Predict(task).Parts[0].Rows().SelectMany(row => new[] { row.Value, row.Within80!.Value.Lower })];
        }

        Assert.Equal(First(rows), First(spoilt));
        Assert.Throws<UnrollException>(() =>
        {
            var asked = new FunctionWithColumns();
            asked.Fit(Rows.Task(rows, 2, new ForecastInputs { Past = ["event"] }), cancellationToken: Stop);
        });
    }

    /// <summary>Reads a past column as if it were known beforehand.</summary>
    private sealed class FunctionWithColumns() : OwnForecaster("columns")
    {
        public override IReadOnlyList<string> Columns => ["event"];

        protected override int NeededRows => 1;

        protected override double[] Learn(PastRows rows, CancellationToken cancellation) => [rows.Known("event")[0]];

        protected override void Predict(PastRows rows, ReadOnlySpan<double> learnt, Span<double> ahead) => ahead.Clear();
    }

    [Fact]
    public void Names_are_told_apart_and_files_that_name_unknown_ones_too()
    {
        Assert.Contains("The forecaster kind \"naive\" is already built in. Give yours another name.",
            Assert.Throws<ArgumentException>(() => ForecastKinds.Register(
            () => new FunctionForecaster("naive", 1, (past, ahead) => ahead.Fill(past[^1])))).Message, StringComparison.Ordinal);
        ForecastTask task = Rows.Task(Rows.Daily(300), 1);
        var nameless = new FunctionForecaster("not known", 1, (past, ahead) => ahead.Fill(past[^1]));
        nameless.Fit(task, cancellationToken: Stop);
        Assert.EndsWith(
            "is not written: the forecaster \"not known\" is not registered, so that no program could load it. Make it known before "
                + "saving: ForecastKinds.Register(() => new ...).",
            Assert.Throws<UnrollException>(() => Rows.Reloaded(nameless)).Message, StringComparison.Ordinal);
        var own = new Middle();
        own.Fit(task, cancellationToken: Stop);
        Assert.EndsWith(
            "holds the forecaster \"muddle\", which this program does not know. Make it known before loading: ForecastKinds.Register(() => "
                + "new ...).",
            Assert.Throws<UnrollException>(() => Rows.Reloaded(own, file => Rows.Renamed(file, "middle", "muddle"))).Message,
                StringComparison.Ordinal);
    }

    /// <summary>All of the contract, for what is nothing like the others.</summary>
    private sealed class Constant(double value) : IForecaster
    {
        public string Name => "constant";

        public void Fit(ForecastTask task, IProgress<ForecastEvent>? progress = null, CancellationToken cancellationToken = default)
        {
        }

        public Forecast Predict(ForecastTask task) => new([.. task.Parts.Select(part => PartForecast.OfTestRows(
            part, task[part], [.. Enumerable.Range(0, task[part].Test.Count - task.Horizon + 1)
                .Select(_ => Enumerable.Repeat(value, task.Horizon).ToArray())]))]);

        public Forecast Predict(SeriesSet data, int steps, MissingPolicy? missing = null) =>
            new([.. data.Keys.Select(
                key => PartForecast.OfRowsToCome(new Part(key, "x"), data[key], [.. Enumerable.Repeat(value, steps)]))]);
    }

    [Fact]
    public void The_whole_contract_can_be_implemented()
    {
        TimeSeries rows = Rows.Daily(300);
        ForecastTask task = Rows.Task(rows, 3);
        var constant = new Constant(61);
        var comparison = new Comparison(task);
        ForecasterScore score = comparison.Add(constant);
        double[] test = rows["x"].ToArray()[^40..];
        double squares = 0;
        for (int origin = 0; origin < 38; origin++)
        {
            for (int h = 0; h < 3; h++)
                squares += (test[origin + h] - 61) * (test[origin + h] - 61);
        }

        Assert.Equal(Math.Sqrt(squares / (38 * 3)), score.Error, 1e-9);
        PartForecast next = constant.Predict(task.Data, 2).Parts[0];
        Assert.Equal([rows.LastDate.AddDays(1), rows.LastDate.AddDays(2)], next.Rows().Select(row => row.Date));
        Assert.Throws<ArgumentException>(() => PartForecast.OfTestRows(task.Parts[0], task[task.Parts[0]], [[1, 2, 3]]));
    }
}
