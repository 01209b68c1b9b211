using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class ValidationObjectiveTests
{
    private static readonly TrialSettings s_settings = new() { Cell = CellKind.Gru, Layers = 1, Units = 4, Window = 7, LearningRate = 0.01, Dropout = 0 };
    private static readonly NetworkRecipe s_recipe = new() { Training = new TrainingOptions { Seed = 5 } };

    /// <summary>A row a day from 2020 on.</summary>
    internal static TimeSeries Waves(int rows, Func<int, double>? value = null) => new(
        "w.csv",
        [.. Enumerable.Range(0, rows).Select(day => new DateTime(2020, 1, 1).AddDays(day))],
        ("wave", [.. Enumerable.Range(0, rows).Select(value ?? (day => Math.Sin(day / 5.0) + (0.1 * Math.Cos(day * 1.7))))]));

    private static TrialOutcome Evaluate(ValidationObjective objective, TrialSettings settings) =>
        objective.Evaluate(new TrialRun(1, 1, 2, settings), _ => { }, TestContext.Current.CancellationToken);

    [Fact]
    public void The_newest_fifth_of_the_training_rows_judges()
    {
        TimeSeries series = Waves(500);
        var objective = new ValidationObjective(series, "WAVE", "2020-01-11..2020-04-19", s_recipe);
        Assert.Equal(("wave", 80, 20, 40), (objective.Target, objective.TrainRows, objective.ValidationRows, objective.MostWindow));
        Assert.Equal(("2020-01-11..2020-03-30", "2020-03-31..2020-04-19"), (objective.TrainRange.ToString(), objective.ValidationRange.ToString()));
        double[] values = series["wave"].ToArray();
        Assert.Equal(Metrics.Rmse(values.AsSpan(90, 20), values.AsSpan(89, 20)), objective.NaiveRmse);
    }

    [Fact]
    public void A_trial_is_a_forecast_of_the_validation_rows()
    {
        TimeSeries series = Waves(100);
        var objective = new ValidationObjective(series, "wave", "2020", s_recipe);
        var split = new ForecastSplit(series, "wave", objective.TrainRange, objective.ValidationRange, 7);
        var network = new NetworkForecaster(s_settings.ToRecipe(s_recipe, 2));
        network.Fit(split, TestContext.Current.CancellationToken);
        List<int> epochs = [];
        TrialOutcome outcome = objective.Evaluate(new TrialRun(1, 1, 2, s_settings), epochs.Add, TestContext.Current.CancellationToken);
        Assert.Equal(new TrialOutcome(Metrics.Rmse(split.Test, network.Predict(split)), network.Model.ParameterCount), outcome);
        Assert.Equal([1, 2], epochs);
    }

    [Fact]
    public void Rows_after_the_training_range_change_nothing()
    {
        static double Value(int day) => Math.Sin(day / 5.0);
        var quiet = new ValidationObjective(Waves(300, Value), "wave", "2020-01..2020-05", s_recipe);
        var loud = new ValidationObjective(Waves(300, day => day < 152 ? Value(day) : double.NaN), "wave", "2020-01..2020-05", s_recipe);
        Assert.Equal(new DateTime(2020, 5, 31), new DateTime(2020, 1, 1).AddDays(151));
        Assert.Equal((quiet.NaiveRmse, Evaluate(quiet, s_settings)), (loud.NaiveRmse, Evaluate(loud, s_settings)));
        Assert.Equal(quiet.Setup, loud.Setup);
        var other = new ValidationObjective(Waves(300, day => day < 151 ? Value(day) : 9), "wave", "2020-01..2020-05", s_recipe);
        Assert.NotEqual(Evaluate(quiet, s_settings), Evaluate(other, s_settings));
        Assert.NotEqual(quiet.Setup, other.Setup);
    }

    [Fact]
    public void Training_that_diverges_is_infinitely_bad()
    {
        var recipe = new NetworkRecipe { Training = new TrainingOptions { Optimizer = new Sgd() } };
        var objective = new ValidationObjective(Waves(100), "wave", "2020", recipe);
        Assert.Equal(new TrialOutcome(double.PositiveInfinity, 89), Evaluate(objective, s_settings with { LearningRate = 1e30 }));
    }

    [Fact]
    public void Cancelling_gives_no_result()
    {
        var objective = new ValidationObjective(Waves(100), "wave", "2020", s_recipe);
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => objective.Evaluate(new TrialRun(1, 1, 50, s_settings), _ => source.Cancel(), source.Token));
    }

    [Fact]
    public void No_window_is_longer_than_half_the_rows_to_learn_from()
    {
        var objective = new ValidationObjective(Waves(50), "wave", "2020", s_recipe);
        Assert.Equal("5..20", objective.Restrict(new SearchSpace()).Window.ToString());
        Assert.Equal(new SearchSpace { Window = new(2, 9) }.Window, objective.Restrict(new SearchSpace { Window = new(2, 9) }).Window);
        Assert.Equal(
            "A trial learns from 40 rows, 2020-01-01..2020-02-09, which allow a window of 20, but the search's shortest is 21. Choose a longer --train range.",
            Assert.Throws<UnrollException>(() => objective.Restrict(new SearchSpace { Window = new(21, 30) })).Message);
    }

    [Fact]
    public void Rows_that_cannot_be_cut_or_judged_are_refused()
    {
        static string Refused(TimeSeries series, double share = 0.2) => Assert.Throws<UnrollException>(() => new ValidationObjective(series, "wave", "2020", s_recipe, share)).Message;
        Assert.Equal("w.csv has 1 rows in the training range 2020, too few to learn from some and judge on others. Choose a longer --train range.", Refused(Waves(1)));
        Assert.Equal("The validation share is 1; it must be above 0 and below 1.", Refused(Waves(50), 1));
        Assert.Equal(
            "wave never changes in 2020-02-10..2020-02-19, the newest training rows, so the naive forecast is always right and no trial can be better. Choose another --train range.",
            Refused(Waves(50, day => Math.Min(day, 39))));
        var hours = new TimeSeries("h.csv", [.. Enumerable.Range(0, 20).Select(hour => new DateTime(2020, 1, 1).AddHours(hour))], ("wave", [.. Enumerable.Range(0, 20).Select(hour => (double)hour)]));
        Assert.Equal("h.csv has all 20 rows of the training range 2020 on 2020-01-01, and a range is cut between days. Choose a --train range of several days.", Refused(hours));
    }

    private static readonly EnsembleRecipe s_ensemble = SmallEnsembles.Recipe(steps: 3, members: 2);

    private static ValidationObjective OfEnsembles(TimeSeries table, EnsembleRecipe? recipe = null, ForecastInputs? inputs = null) =>
        ValidationObjective.OfEnsembles(table, "x", DateRange.Exactly(table.FirstDate, table.Dates[299], table.Format), recipe ?? s_ensemble, inputs ?? MadeTables.AllInputs);

    [Fact]
    public void A_trial_of_the_default_recipe_is_an_ensemble_judged_on_all_rows_ahead()
    {
        TimeSeries table = MadeTables.Of("daily", 340);
        ValidationObjective objective = OfEnsembles(table);
        Assert.Equal((240, 60, 48, 3), (objective.TrainRows, objective.ValidationRows, objective.MostWindow, objective.Steps));
        List<int> epochs = [];
        TrialOutcome outcome = objective.Evaluate(new TrialRun(1, 1, 2, s_settings), epochs.Add, TestContext.Current.CancellationToken);

        var split = new ForecastSplit(table, "x", objective.TrainRange, objective.ValidationRange, 7, MadeTables.AllInputs);
        var own = new EnsembleForecaster(s_ensemble with
        {
            Window = 7,
            Network = s_ensemble.Network with { Cell = CellKind.Gru, Layers = 1, Units = 4, Training = s_ensemble.Network.Training with { Epochs = 2, Optimizer = new Adam { LearningRate = 0.01 } } },
        });
        own.Fit(split, TestContext.Current.CancellationToken);
        static double Rmse(HorizonForecast ahead) => Math.Sqrt(Enumerable.Range(1, 3).Average(h => ahead.Predicted(h).Zip(ahead.Actual(h), (p, a) => (p - a) * (p - a)).Average()));
        Assert.Equal(Rmse(own.PredictAhead(split, 3)), outcome.Rmse, 1e-12);
        Assert.Equal(2 * own.Model.ParameterCount, outcome.Parameters);
        Assert.Equal([1, 2], epochs);
        var naive = new NaiveForecaster();
        naive.Fit(split, TestContext.Current.CancellationToken);
        Assert.Equal(Rmse(naive.PredictAhead(split, 3)), objective.NaiveRmse, 1e-12);
    }

    [Fact]
    public void Rows_after_the_training_range_change_no_trial_of_the_default_recipe_and_inputs_are_part_of_the_setup()
    {
        TimeSeries table = MadeTables.Of("daily", 340);
        ValidationObjective quiet = OfEnsembles(table), loud = OfEnsembles(MadeTables.Spoilt(table, 300, row => 1e5 + row));
        Assert.Equal((quiet.NaiveRmse, Evaluate(quiet, s_settings)), (loud.NaiveRmse, Evaluate(loud, s_settings)));
        Assert.Equal(quiet.Setup, loud.Setup);
        Assert.NotEqual(Evaluate(quiet, s_settings), Evaluate(OfEnsembles(MadeTables.Spoilt(table, 299, row => 70)), s_settings));
        static string Setup(ValidationObjective objective, string name) => objective.Setup.First(pair => pair.Key == name).Value;
        Assert.Equal("past low|volume; known event; calendar", Setup(quiet, "inputs"));
        ValidationObjective fewer = OfEnsembles(table, inputs: new ForecastInputs { Past = ["low"] });
        Assert.Equal("past low; known ; no calendar", Setup(fewer, "inputs"));
        Assert.NotEqual(Setup(quiet, "data"), Setup(fewer, "data"));
        Assert.NotEqual(Setup(quiet, "recipe"), Setup(OfEnsembles(table, s_ensemble with { Members = 3 }), "recipe"));
        // Another volume on a single row is other data.
        Assert.NotEqual(Setup(quiet, "data"), Setup(OfEnsembles(MadeTables.Spoilt(table, 299, _ => 3, "x", "low", "event")), "data"));
    }

    [Fact]
    public void What_an_ensemble_cannot_be_tried_on_is_refused_and_one_that_diverges_is_infinitely_bad()
    {
        TimeSeries table = MadeTables.Of("daily", 340);
        Assert.Equal(
            "2015-09-02..2015-10-31, the newest training rows, has 60 rows, too few to judge 61 rows ahead. Choose a longer --train range or a shorter --horizon.",
            Assert.Throws<UnrollException>(() => OfEnsembles(table, s_ensemble with { Steps = 61 })).Message);
        Assert.StartsWith("The recursive strategy has nothing to put in the place of low, volume", Assert.Throws<UnrollException>(() => OfEnsembles(table, s_ensemble with { Strategy = Strategy.Recursive })).Message, StringComparison.Ordinal);
        EnsembleRecipe wild = s_ensemble with { Network = s_ensemble.Network with { Training = s_ensemble.Network.Training with { Optimizer = new Sgd() } } };
        TrialOutcome outcome = Evaluate(OfEnsembles(table, wild), s_settings with { LearningRate = 1e30 });
        Assert.Equal(double.PositiveInfinity, outcome.Rmse);
        Assert.Equal(Evaluate(OfEnsembles(table), s_settings).Parameters, outcome.Parameters);
    }
}
