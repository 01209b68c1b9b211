using System.Globalization;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Open.Tests.Forecasting;

public sealed class OwnInputTests
{
    private const double Lunation = 29.530588;

    private sealed record MoonPhase : ForecastInput
    {
        public override string Kind => "moon";

        public override string Name => "the phase of the moon";

        public override int Count => 2;

        public override void Write(InputRows rows, int row, Span<double> numbers) =>
            (numbers[0], numbers[1]) = Math.SinCos(Phase(rows.Dates[row]));

        public static double Phase(DateTime date) => 2 * Math.PI * (date - new DateTime(2000, 1, 6)).TotalDays / Lunation;
    }

    /// <summary>The mean of a known column over so many rows up to each.</summary>
    private sealed record MovingAverage(string Column, int Rows) : ForecastInput
    {
        public override string Kind => "moving-average";

        public override string Name => $"the mean of {Column} over {Rows} rows";

        public override string Settings => $"{Rows.ToString(CultureInfo.InvariantCulture)} {Column}";

        public override IReadOnlyList<string> Columns => [Column];

        public override void Write(InputRows rows, int row, Span<double> numbers)
        {
            ReadOnlySpan<double> newest = rows[Column][Math.Max(0, row - Rows + 1)..(row + 1)];
            double sum = 0;
            foreach (double value in newest)
                sum += value;
            numbers[0] = sum / newest.Length;
        }

        public static MovingAverage Parse(string settings)
        {
            string[] parts = settings.Split(' ', 2);
            return new MovingAverage(parts[1], int.Parse(parts[0], CultureInfo.InvariantCulture));
        }
    }

    private sealed record Chance : ForecastInput
    {
        public override string Kind => "chance";

        public override void Write(InputRows rows, int row, Span<double> numbers) => numbers[0] = (row * 7919 % 1009) / 1009.0;
    }

    public OwnInputTests()
    {
        ForecastKinds.Register(() => new MoonPhase());
        ForecastKinds.Register("moving-average", MovingAverage.Parse);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static TimeSeries Tides(int rows) => Rows.Daily(rows, date => 8 * Math.Cos(MoonPhase.Phase(date)));

    private static ForecastTask Task(TimeSeries rows, int horizon, params ForecastInput[] own) =>
        Rows.Task(rows, horizon, new ForecastInputs { Known = ["event"], Calendar = true, Own = own });

    [Fact]
    public void An_input_that_tells_something_is_chosen_and_makes_the_forecast_better()
    {
        TimeSeries rows = Tides(700);
        ForecastTask with = Task(rows, 10, new MoonPhase(), new Chance()), without = Task(rows, 10);
        double Error(ForecastTask task, out RidgeForecaster ridge)
        {
            ridge = new RidgeForecaster();
            ridge.Fit(task, cancellationToken: Stop);
            return new Comparison(task).Add(ridge).Error;
        }

        double plain = Error(without, out _), error = Error(with, out RidgeForecaster own);
        Assert.True(error < 0.7 * plain, $"{error} with the moon, {plain} without");
        Assert.Contains("the phase of the moon", own.Notes[0], StringComparison.Ordinal);
        Assert.EndsWith("tried and left out: chance.", own.Notes[0], StringComparison.Ordinal);

        InputImportance importance = InputImportance.Of(own, with, Stop)!;
        InputShare moon = Assert.Single(importance.Inputs, input => input.Group == InputGroup.Own && input.Name == "the phase of the moon");
        InputShare chance = Assert.Single(importance.Inputs, input => input.Name == "chance");
        Assert.True(moon.Share > 0.1);
        Assert.Equal(0, chance.Share);
    }

    [Theory]
    [InlineData(Strategy.Direct)]
    [InlineData(Strategy.Recursive)]
    public void Networks_see_it_whatever_the_strategy_and_contributions_add_up(Strategy strategy)
    {
        ForecastTask task = Task(Tides(500), 3, new MoonPhase(), new MovingAverage("event", 3));
        var recipe = new EnsembleRecipe { Network = Rows.Small(), Members = 1, Strategy = strategy };
        var network = new EnsembleForecaster(recipe);
        network.Fit(task, cancellationToken: Stop);
        Assert.Contains("the phase of the moon", network.Notes[0], StringComparison.Ordinal);
        IReadOnlyList<ForecastRow> ahead = network.Predict(Future(task), 3).Parts[0].Rows();
        PartContributions made = network.Contributions(Future(task), 3)[0];
        for (int h = 0; h < 3; h++)
            Assert.Equal(ahead[h].Value, made.Rows[h].Sum, 1e-6);
        Assert.Contains(Contribution.Columns, made.Present);
        PartsForecaster loaded = Rows.Reloaded(network);
        Assert.Equal(Rows.Numbers(network.Predict(Future(task), 3)), Rows.Numbers(loaded.Predict(Future(task), 3)));
        Assert.Equal(Rows.Numbers(network.Predict(task)), Rows.Numbers(loaded.Predict(task)));
        Assert.Equal(task.Inputs.Own, loaded.Inputs.Own);
        loaded.Refit(task.Whole(), cancellationToken: Stop);
        Assert.All(Rows.Numbers(loaded.Predict(Future(task), 3)), number => Assert.True(double.IsFinite(number)));
    }

    /// <summary>The column itself, as an input of one's own.</summary>
    private sealed record Copy(string Column) : ForecastInput
    {
        public override string Kind => "copy";

        public override IReadOnlyList<string> Columns => [Column];

        public override void Write(InputRows rows, int row, Span<double> numbers) => numbers[0] = rows[Column][row];
    }

    [Fact]
    public void What_is_said_of_rows_to_come_reaches_it()
    {
        ForecastTask task = Task(Rows.Daily(400), 2, new MovingAverage("event", 1), new Copy("event"));
        var ridge = new RidgeForecaster();
        ridge.Fit(task, cancellationToken: Stop);
        double[] Next(double known) => [.. ridge.Predict(Future(task, known), 2).Parts[0].Rows().Select(row => row.Value)];
        Assert.InRange(Next(1)[0] - Next(0)[0], 3, 5);
        Assert.Contains("does not say what event will be", Assert.Throws<UnrollException>(() => ridge.Predict(task.Data, 2)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Several_targets_and_series_share_it()
    {
        static TimeSeries Named(int seed) => Rows.Daily(500, date => 8 * Math.Cos(MoonPhase.Phase(date)), seed).Select(["x", "volume"]);
        var set = new SeriesSet("sets.csv", ("A", Named(2)), ("B", Named(3)), ("C", Named(4)));
        var task = new ForecastTask(set, new TaskOptions
        {
            Targets = ["x", "volume"],
            Horizon = 2,
            TestRows = 30,
            Window = 14,
            Inputs = new ForecastInputs { Calendar = true, Own = [new MoonPhase()] }
        });
        var network = new EnsembleForecaster(new EnsembleRecipe { Network = Rows.Small(), Members = 1 });
        network.Fit(task, cancellationToken: Stop);
        Assert.Contains("the phase of the moon", network.Notes[0], StringComparison.Ordinal);
        Assert.Equal(Rows.Numbers(network, task), Rows.Numbers(Rows.Reloaded(network), task));
    }

    [Fact]
    public void Wrong_inputs_are_told()
    {
        string Refused(params ForecastInput[] own) => Assert.Throws<UnrollException>(() => Task(Rows.Daily(300), 1, own)).Message;
        Assert.Equal(
            "The input the mean of volume over 3 rows reads volume, which is not among the known columns. Add it to them: its values must "
                + "be known for the rows to come.",
            Refused(new MovingAverage("volume", 3)));
        Assert.Equal("Two inputs are called the phase of the moon. Give each a name of its own.",
            Refused(new MoonPhase(), new MoonPhase()));
        var ridge = new RidgeForecaster();
        Assert.Equal(
            "The input broken gives NaN for 2015-01-05 00:00. It must give a finite number for every row that has a target.",
            Assert.Throws<UnrollException>(() => ridge.Fit(Task(Rows.Daily(300), 1, new Broken()), cancellationToken: Stop)).Message);

        ridge.Fit(Task(Rows.Daily(300), 1, new Chance()), cancellationToken: Stop);
        string path = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.unroll");
        Assert.Equal(
            $"{path} is not written: the input \"chance\" is not registered, so that no program could load it. Make it known before "
                + "saving: ForecastKinds.Register(...).",
            Assert.Throws<UnrollException>(() => ForecastFile.Save(ridge, path)).Message);
        ridge.Fit(Task(Tides(300), 1, new MoonPhase()), cancellationToken: Stop);
        Assert.Matches(
            "^.+ holds the input \"noon\", which this program does not know\\. Make it known before loading: "
                + "ForecastKinds\\.Register\\(\\.\\.\\.\\)\\.$",
            Assert.Throws<UnrollException>(() => Rows.Reloaded(ridge, file => Rows.Renamed(file, "moon", "noon"))).Message);
    }

    private sealed record Broken : ForecastInput
    {
        public override string Kind => "broken";

        public override void Write(InputRows rows, int row, Span<double> numbers) => numbers[0] = double.NaN;
    }

    /// <summary>The rows of a task, and those to come with what is known of them.</summary>
    private static TimeSeries Future(ForecastTask task, double known = 1)
    {
        TimeSeries rows = task.Data[""];
        DateTime[] dates = [.. rows.Dates, .. Enumerable.Range(1, 5).Select(day => rows.LastDate.AddDays(day))];
        double[] Longer(string name, double value) => [.. rows[name].ToArray(), .. Enumerable.Repeat(value, 5)];
        return new TimeSeries(rows.Name, dates, ("x", Longer("x", double.NaN)), ("event", Longer("event", known)),
            ("volume", Longer("volume", double.NaN)));
    }
}
