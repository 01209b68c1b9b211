using System.Globalization;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class TunerTests
{
    private static readonly TuningOptions s_options = new() { Trials = 27, Epochs = 45, Seed = 3, Parallel = 1 };

    private static string Plan(int trials, int epochs) =>
        string.Join(", ", Rung.Plan(trials, epochs)
            .Select(rung => string.Create(CultureInfo.InvariantCulture, $"{rung.Trials} x {rung.Epochs}")));

    private static string Results(TuningResult result) =>
        string.Join('\n', result.Results.Select(
            each => string.Create(CultureInfo.InvariantCulture, $"{each.Run.Trial} {each.Run.Rung} {each.Run.Epochs} {each.Error:R}")));

    [Theory]
    [InlineData(27, 45, "27 x 5, 9 x 15, 3 x 45")]
    [InlineData(81, 50, "81 x 2, 27 x 6, 9 x 17, 3 x 50")]
    [InlineData(8, 45, "8 x 15, 2 x 45")]
    [InlineData(5, 45, "5 x 45")]
    [InlineData(1, 1, "1 x 1")]
    [InlineData(27, 3, "27 x 1, 9 x 3")]
    [InlineData(27, 2, "27 x 2")]
    public void Each_rung_has_a_third_of_the_trials_and_three_times_the_epochs(int trials, int epochs, string plan) =>
        Assert.Equal(plan, Plan(trials, epochs));

    /// <summary>Trial t has RMSE |t − 14| after 5 epochs, so 10 to 18 go on; then higher numbers are better, so 16, 17 and 18 do.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void The_best_third_of_each_rung_goes_on(int parallel)
    {
        var objective = new FakeObjective(run => run.Rung switch { 1 => Math.Abs(run.Trial - 14), 2 => 100 - run.Trial, _ => run.Trial });
        TuningResult result = new Tuner(objective, s_options with { Parallel = parallel }).Run();
        int[] Trials(int rung) => [.. result.Results.Where(each => each.Run.Rung == rung).Select(each => each.Run.Trial)];
        Assert.Equal(Enumerable.Range(1, 27), Trials(1));
        Assert.Equal(Enumerable.Range(10, 9), Trials(2));
        Assert.Equal([16, 17, 18], Trials(3));
        Assert.All(result.Results, each => Assert.Equal((int)Math.Pow(3, each.Run.Rung - 1) * 5, each.Run.Epochs));
        Assert.All(result.Results, each => Assert.Equal(s_options.Space.Draw(3, each.Run.Trial), each.Run.Settings));
        Assert.Equal((16, 16.0), (result.Best.Run.Trial, result.Best.Error));
        Assert.Equal([16, 17, 18, 15, 14, 13, 12, 11, 10, 9, 19, 8, 20, 7, 21], result.Standings.Take(15).Select(each => each.Run.Trial));
        Assert.Equal(27, result.Standings.Count);
        Assert.Equal(-0.6, result.Skill(result.Best)!.Value, 12);
        Assert.Equal(39, objective.Asked.Count);
    }

    [Fact]
    public void Where_more_epochs_made_it_worse_the_lowest_error_is_not_that_of_the_best()
    {
        TuningResult result = new Tuner(new FakeObjective(run => run is { Trial: 4, Rung: 2 } ? 4 : run.Trial + (10 * run.Rung)), s_options)
            .Run();
        // Trial 4 has the lowest error in rung 2; in the last, with 1 and 2 beside it, trial 1 is ahead.
        Assert.Equal((1, 3, 31.0), (result.Best.Run.Trial, result.Best.Run.Rung, result.Best.Error));
        Assert.Equal((4, 2, 15, 4.0), (result.Lowest.Run.Trial, result.Lowest.Run.Rung, result.Lowest.Run.Epochs, result.Lowest.Error));
        TuningResult same = new Tuner(new FakeObjective(run => run.Trial), s_options).Run();
        Assert.Same(same.Best, same.Lowest);
    }

    [Fact]
    public void Of_equal_errors_the_lower_numbers_go_on()
    {
        TuningResult result = new Tuner(new FakeObjective(_ => 5), s_options with { Parallel = 4 }).Run();
        Assert.Equal([1, 2, 3], result.Results.Where(each => each.Run.Rung == 3).Select(each => each.Run.Trial));
        Assert.All(result.Importance, each => Assert.Equal(0, each.Share));
    }

    [Fact]
    public void Trials_that_diverge_are_the_worst_and_never_go_on()
    {
        TuningResult result = new Tuner(new FakeObjective(
            run => run.Trial < 22 ? double.NaN : run.Rung == 2 && run.Trial == 25 ? double.PositiveInfinity : run.Trial), s_options).Run();
        Assert.Equal([22, 23, 24, 25, 26, 27], result.Results.Where(each => each.Run.Rung == 2).Select(each => each.Run.Trial));
        Assert.Equal([22, 23, 24], result.Results.Where(each => each.Run.Rung == 3).Select(each => each.Run.Trial));
        Assert.Equal([22, 23, 24, 26, 27, 25, 1, 2], result.Standings.Take(8).Select(each => each.Run.Trial));
        Assert.Equal([true, true, true], result.Standings.Skip(5).Take(3).Select(each => each.HasDiverged));
        Assert.Null(result.Skill(result.Standings[^1]));

        var all = new Tuner(new FakeObjective(run => run.Rung == 2 ? double.NaN : run.Trial), s_options);
        Assert.Equal(
            "All 9 trials of 15 epochs diverged, so there is no best one. Look for extreme values in the training rows, or search smaller "
                + "learning rates.",
            Assert.Throws<UnrollException>(() => all.Run()).Message);
    }

    [Fact]
    public void An_error_in_a_trial_ends_the_search_and_is_the_one_told()
    {
        var tuner = new Tuner(new FakeObjective(run => run.Trial == 4 ? throw new UnrollException("no such luck") : run.Trial),
            s_options with { Parallel = 3 });
        Assert.Equal("no such luck", Assert.Throws<UnrollException>(() => tuner.Run()).Message);
    }

    [Fact]
    public void What_is_done_is_told_with_the_naive_error_beside_it()
    {
        List<TuningProgress> told = [];
        new Tuner(new FakeObjective(run => run.Trial), s_options with { Trials = 6, Epochs = 3 }) { OnProgress = told.Add }.Run();
        Assert.Equal(6 + 6 + 6 + 2, told.Count);
        TuningProgress[] ended = [.. told.Where(each => each.Ended is not null)];
        Assert.Equal([(1, 1, 6), (1, 2, 6), (1, 3, 6), (1, 4, 6), (1, 5, 6), (1, 6, 6), (2, 1, 2), (2, 2, 2)],
            ended.Select(each => (each.Rung.Number, each.Done, each.Trials)));
        Assert.All(told, each => Assert.Equal((10.0, 2), (each.NaiveError, each.Rungs)));
        Assert.Equal((1, 1.0), (ended[5].Best!.Run.Trial, ended[^1].Best!.Error));
        Assert.Equal(1, told[^1].Share, 12);
        Assert.Equal(TimeSpan.Zero, told[^1].Left);
        Assert.True(told[0].Share is > 0 and < 0.5, $"{told[0].Share}");
    }

    /// <summary>Real networks: the same bits however many are trained at once.</summary>
    [Fact]
    public void The_results_do_not_depend_on_how_many_run_at_once()
    {
        var task = new ForecastTask(SeriesSet.Of(ValidationObjectiveTests.Waves(160)),
            new TaskOptions { TestRows = 10, Window = 1, Inputs = ForecastInputs.TargetOnly });
        var options = new TuningOptions
        {
            Trials = 6,
            Epochs = 6,
            Seed = 8,
            Space = new SearchSpace { Units = new(4, 8), Window = new(3, 12) }
        };
        TuningResult Run(int parallel, int seed) => new Tuner(
            new ValidationObjective(task, new NetworkRecipe()), options with { Parallel = parallel, Seed = seed }).Run();
        string one = Results(Run(1, 8));
        Assert.Equal(8, one.Split('\n').Length);
        Assert.Equal(one, Results(Run(2, 8)));
        Assert.Equal(one, Results(Run(6, 8)));
        Assert.NotEqual(one, Results(Run(2, 9)));
    }
}
