using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class ValidationObjectiveTests
{
    private static readonly TrialSettings s_settings =
        new() { Cell = CellKind.Gru, Layers = 1, Units = 4, Window = 7, LearningRate = 0.01, Dropout = 0 };
    private static readonly NetworkRecipe s_recipe = new() { Training = new TrainingOptions { Seed = 5 } };

    /// <summary>A row a day from 2020 on.</summary>
    internal static TimeSeries Waves(int rows, Func<int, double>? value = null) => new(
        "w.csv",
        [.. Enumerable.Range(0, rows).Select(day => new DateTime(2020, 1, 1).AddDays(day))],
        ("wave", [.. Enumerable.Range(0, rows).Select(value ?? (day => Math.Sin(day / 5.0) + (0.1 * Math.Cos(day * 1.7))))]));

    /// <summary>The rows up to a training range and one more, to be judged on.</summary>
    private static ForecastTask Task(TimeSeries series, DateRange train) =>
        new(SeriesSet.Of(series), new TaskOptions { Train = train, Inputs = ForecastInputs.TargetOnly, Window = 1 });

    private static ValidationObjective Of(int rows, Func<int, double>? value = null, double share = 0.2) =>
        new(Task(Waves(rows + 1, value), FormattableString.Invariant($"..{new DateTime(2020, 1, 1).AddDays(rows - 1):yyyy-MM-dd}")),
            s_recipe, share);

    private static TrialOutcome Evaluate(ValidationObjective objective, TrialSettings settings) =>
        objective.Evaluate(new TrialRun(1, 1, 2, settings), _ => { }, TestContext.Current.CancellationToken);

    private static string Setup(ValidationObjective objective, string name) => objective.Setup.First(pair => pair.Key == name).Value;

    [Fact]
    public void The_newest_fifth_of_the_training_rows_judges()
    {
        TimeSeries series = Waves(500);
        var objective = new ValidationObjective(Task(series, "2020-01-11..2020-04-19"), s_recipe);
        Assert.Equal((80, 20, 40, "RMSE"), (objective.TrainRows, objective.ValidationRows, objective.MostWindow, objective.Measure));
        Assert.Equal(("wave", "2020-01-11..2020-03-30", "2020-03-31..2020-04-19"),
            (Setup(objective, "target"), Setup(objective, "train"), Setup(objective, "validation")));
        double[] values = series["wave"].ToArray();
        Assert.Equal(Metrics.Rmse(values.AsSpan(90, 20), values.AsSpan(89, 20)), objective.NaiveError);
    }

    [Fact]
    public void A_trial_is_a_forecast_of_the_validation_rows()
    {
        ValidationObjective objective = Of(100);
        var split = new ForecastSplit(Waves(100), "wave", "2020-01-01..2020-03-20", "2020-03-21..2020-04-09", 7);
        var network = new NetworkForecaster(s_settings.ToRecipe(s_recipe, 2));
        var task = new ForecastTask(split);
        network.Fit(task, null, TestContext.Current.CancellationToken);
        double[] predicted = [.. network.Predict(task).Parts[0].Values.Select(ahead => ahead[0])];
        List<int> epochs = [];
        TrialOutcome outcome = objective.Evaluate(new TrialRun(1, 1, 2, s_settings), epochs.Add, TestContext.Current.CancellationToken);
        Assert.Equal(new TrialOutcome(Metrics.Rmse(split.Test, predicted), (int)network.Parameters), outcome);
        Assert.Equal([1, 2], epochs);
    }

    /// <summary>A journal is gone on with on a machine of another culture.</summary>
    [Fact]
    public void What_a_journal_is_known_by_is_the_same_in_every_culture()
    {
        var hours = new TimeSeries("hours", [.. Enumerable.Range(0, 400).Select(hour => new DateTime(2020, 1, 1).AddHours(hour))],
            ("x", [.. Enumerable.Range(0, 400).Select(hour => Math.Sin(hour / 5.0))]));
        ForecastTask task = Task(hours, "..2020-01-12T06:00");
        NetworkRecipe recipe = s_recipe with { Dropout = 0.25, Training = s_recipe.Training with { Seed = -7 } };
        ValidationObjective trial = new(task, recipe),
            ensemble = OfEnsembles(hours, s_ensemble with { Network = recipe }, ForecastInputs.TargetOnly);
        foreach (ValidationObjective objective in new[] { trial, ensemble })
        {
            var tuner = new Tuner(objective, new TuningOptions { Seed = -3 });
            Assert.Equal(tuner.Setup, OtherCulture.In(() => tuner.Setup));
            Assert.Contains(tuner.Setup, each => each.Value.Contains("0.25", StringComparison.Ordinal));
            Assert.Contains(tuner.Setup, each => each.Value == "-3");
        }

        Assert.Equal(SetupHash.Of(task), OtherCulture.In(() => SetupHash.Of(task)));
    }

    [Fact]
    public void Rows_after_the_training_range_change_nothing()
    {
        static double Value(int day) => Math.Sin(day / 5.0);
        ValidationObjective quiet = new(Task(Waves(300, Value), "2020-01..2020-05"), s_recipe),
            loud = new(Task(Waves(300, day => day < 152 ? Value(day) : 1e6 + day), "2020-01..2020-05"), s_recipe);
        Assert.Equal(new DateTime(2020, 5, 31), new DateTime(2020, 1, 1).AddDays(151));
        Assert.Equal((quiet.NaiveError, Evaluate(quiet, s_settings)), (loud.NaiveError, Evaluate(loud, s_settings)));
        Assert.Equal(quiet.Setup, loud.Setup);
        var other = new ValidationObjective(Task(Waves(300, day => day < 151 ? Value(day) : 9), "2020-01..2020-05"), s_recipe);
        Assert.NotEqual(Evaluate(quiet, s_settings), Evaluate(other, s_settings));
        Assert.NotEqual(quiet.Setup, other.Setup);
    }

    [Fact]
    public void Training_that_diverges_is_infinitely_bad()
    {
        var recipe = new NetworkRecipe { Training = new TrainingOptions { Optimizer = new Sgd() } };
        var objective = new ValidationObjective(Task(Waves(101), "..2020-04-09"), recipe);
        Assert.Equal(new TrialOutcome(double.PositiveInfinity, 89), Evaluate(objective, s_settings with { LearningRate = 1e30 }));
    }

    [Fact]
    public void Cancelling_gives_no_result()
    {
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(
            () => Of(100).Evaluate(new TrialRun(1, 1, 50, s_settings), _ => source.Cancel(), source.Token));
    }

    [Fact]
    public void No_window_is_longer_than_half_the_rows_to_learn_from()
    {
        ValidationObjective objective = Of(50);
        Assert.Equal("5..20", objective.Restrict(new SearchSpace()).Window.ToString());
        Assert.Equal(new SearchSpace { Window = new(2, 9) }.Window, objective.Restrict(new SearchSpace { Window = new(2, 9) }).Window);
        Assert.Equal(
            "A trial learns from 40 rows, 2020-01-01..2020-02-09, which allow a window of 20, but the search's shortest is 21. Choose a "
                + "longer training range.",
            Assert.Throws<UnrollException>(() => objective.Restrict(new SearchSpace { Window = new(21, 30) })).Message);
    }

    [Fact]
    public void Rows_that_cannot_be_cut_or_judged_are_refused()
    {
        static string Refused(Func<ValidationObjective> make) => Assert.Throws<UnrollException>(make).Message;
        Assert.Equal(
            "wave has 2 training rows, ..2020-01-02: too few to learn from some and judge 1 row ahead on the newest. At least 3 are "
                + "needed, 1 more. Use a longer training range.",
            Refused(() => Of(2)));
        Assert.Equal("The validation share is 1; it must be above 0 and below 1.", Refused(() => Of(50, share: 1)));
        Assert.StartsWith("wave never changes in the test range 2020-02-10..2020-02-19, ", Refused(() => Of(50, day => Math.Min(day, 39))),
            StringComparison.Ordinal);
        Assert.Equal(
            "The tutorial's network forecasts one column of one series, one row ahead. Tune the default recipe, or ask for less.",
            Refused(() => new ValidationObjective(BacktestTests.Shops(), s_recipe)));
    }

    /// <summary>Rows of one day are cut at their hour.</summary>
    [Fact]
    public void Hours_of_one_day_are_cut_between_rows()
    {
        var hours = new TimeSeries("h.csv", [.. Enumerable.Range(0, 21).Select(hour => new DateTime(2020, 1, 1).AddHours(hour))],
            ("wave", [.. Enumerable.Range(0, 21).Select(hour => hour * (double)hour)]));
        var objective = new ValidationObjective(new ForecastTask(SeriesSet.Of(hours), new TaskOptions { TestRows = 1, Window = 1 }),
            s_recipe);
        Assert.Equal((16, 4), (objective.TrainRows, objective.ValidationRows));
    }

    private static readonly EnsembleRecipe s_ensemble = SmallEnsembles.Recipe(steps: 3, members: 2);

    private static ForecastTask Table(TimeSeries table, ForecastInputs? inputs = null, int horizon = 3) =>
        new(SeriesSet.Of(table), new TaskOptions
        {
            Targets = ["x"],
            Horizon = horizon,
            Train = FormattableString.Invariant($"..{table.Dates[299]:yyyy-MM-dd}"),
            Inputs = inputs ?? MadeTables.AllInputs,
        });

    private static ValidationObjective OfEnsembles(TimeSeries table, EnsembleRecipe? recipe = null, ForecastInputs? inputs = null) =>
        ValidationObjective.OfEnsembles(Table(table, inputs), recipe ?? s_ensemble);

    [Fact]
    public void A_trial_of_the_default_recipe_is_an_ensemble_judged_on_all_rows_ahead()
    {
        TimeSeries table = MadeTables.Of("daily", 340);
        ValidationObjective objective = OfEnsembles(table);
        Assert.Equal((240, 60, 48, 3), (objective.TrainRows, objective.ValidationRows, objective.MostWindow, objective.Steps));
        List<int> epochs = [];
        TrialOutcome outcome = objective.Evaluate(new TrialRun(1, 1, 2, s_settings), epochs.Add, TestContext.Current.CancellationToken);

        var task = new ForecastTask(new ForecastSplit(table.Head(300), "x", DateRange.Exactly(table.FirstDate, table.Dates[239], table),
            DateRange.Exactly(table.Dates[240], table.Dates[299], table), 7, MadeTables.AllInputs), 3);
        var own = new EnsembleForecaster(s_ensemble with
        {
            Window = 7,
            Network = s_ensemble.Network with
            {
                Cell = CellKind.Gru,
                Layers = 1,
                Units = 4,
                Training = s_ensemble.Network.Training with { Epochs = 2, Optimizer = new Adam { LearningRate = 0.01 } }
            },
        });
        own.Fit(task, null, TestContext.Current.CancellationToken);
        double Rmse(PartsForecaster forecaster) => Comparison.Score(task, forecaster, forecaster.Predict(task)).Error;
        Assert.Equal(Rmse(own), outcome.Error, 1e-12);
        Assert.Equal(own.Parameters, outcome.Parameters);
        Assert.Equal([1, 2], epochs);
        var naive = new NaiveForecaster();
        naive.Fit(task, null, TestContext.Current.CancellationToken);
        Assert.Equal(Rmse(naive), objective.NaiveError, 1e-12);
        var ridge = new RidgeForecaster(s_ensemble with { Window = null });
        ridge.Fit(task, null, TestContext.Current.CancellationToken);
        Assert.Equal(Rmse(ridge), objective.RidgeError(7)!.Value, 1e-12);
    }

    [Fact]
    public void Rows_after_the_training_range_change_no_trial_of_the_default_recipe_and_inputs_are_part_of_the_setup()
    {
        TimeSeries table = MadeTables.Of("daily", 340);
        ValidationObjective quiet = OfEnsembles(table), loud = OfEnsembles(MadeTables.Spoilt(table, 300, row => 1e5 + row));
        Assert.Equal((quiet.NaiveError, Evaluate(quiet, s_settings)), (loud.NaiveError, Evaluate(loud, s_settings)));
        Assert.Equal(quiet.Setup, loud.Setup);
        Assert.NotEqual(Evaluate(quiet, s_settings), Evaluate(OfEnsembles(MadeTables.Spoilt(table, 299, row => 70)), s_settings));
        Assert.Equal("past low|volume; known event; calendar", Setup(quiet, "inputs"));
        ValidationObjective fewer = OfEnsembles(table, inputs: new ForecastInputs { Past = ["low"] });
        Assert.Equal("past low; known ; no calendar", Setup(fewer, "inputs"));
        Assert.NotEqual(Setup(quiet, "data"), Setup(fewer, "data"));
        Assert.NotEqual(Setup(quiet, "recipe"), Setup(OfEnsembles(table, s_ensemble with { Members = 3 }), "recipe"));

        // Another volume on a single row is other data.
        Assert.NotEqual(Setup(quiet, "data"), Setup(OfEnsembles(MadeTables.Spoilt(table, 299, _ => 3, "x", "low", "event")), "data"));
    }

    /// <summary>Every combination: many series, several targets, heads, strategies.</summary>
    [Theory]
    [InlineData(Strategy.Direct, ForecastHead.None)]
    [InlineData(Strategy.Direct, ForecastHead.Gaussian)]
    [InlineData(Strategy.Recursive, ForecastHead.None)]
    public void Trials_of_several_series_and_targets_are_judged_by_their_mean_rmsse(Strategy strategy, ForecastHead head)
    {
        ForecastTask task = BacktestTests.Shops();
        EnsembleRecipe recipe = SmallEnsembles.Recipe(steps: 2, members: 1, strategy: strategy) with { Head = head };
        var objective = ValidationObjective.OfEnsembles(task, recipe);
        Assert.Equal((320, 80, 16, "mean MASE"), (objective.TrainRows, objective.ValidationRows, objective.MostWindow, objective.Measure));
        ForecastTask inner = task.WithWindow(_ => 7).Within(_ => 20);
        var own = new EnsembleForecaster(s_settings.ToRecipe(recipe, 2));
        own.Fit(inner, null, TestContext.Current.CancellationToken);
        Assert.Equal(Comparison.Score(inner, own, own.Predict(inner)).Mase, Evaluate(objective, s_settings).Error, 1e-12);
        Assert.True(objective.NaiveError > 0);
        Assert.True(objective.RidgeError(7) > 0);
    }

    [Fact]
    public void What_an_ensemble_cannot_be_tried_on_is_refused_and_one_that_diverges_is_infinitely_bad()
    {
        TimeSeries table = MadeTables.Of("daily", 400);
        Assert.Equal(
            "x has 300 training rows, ..2015-10-31: too few to learn from some and judge 61 rows ahead on the newest. At least 303 are "
                + "needed, 3 more. Use a longer training range or a shorter horizon.",
            Assert.Throws<UnrollException>(() => ValidationObjective.OfEnsembles(Table(table, horizon: 61), s_ensemble)).Message);
        Assert.StartsWith("The recursive strategy has nothing to put in the place of low, volume", Assert.Throws<UnrollException>(
            () => OfEnsembles(table, s_ensemble with { Strategy = Strategy.Recursive })).Message, StringComparison.Ordinal);
        EnsembleRecipe wild = s_ensemble with
        {
            Network = s_ensemble.Network with { Training = s_ensemble.Network.Training with { Optimizer = new Sgd() } },
        };
        TrialOutcome outcome = Evaluate(OfEnsembles(table, wild), s_settings with { LearningRate = 1e30 });
        Assert.Equal(double.PositiveInfinity, outcome.Error);
        Assert.Equal(Evaluate(OfEnsembles(table), s_settings).Parameters, outcome.Parameters);
    }
}
