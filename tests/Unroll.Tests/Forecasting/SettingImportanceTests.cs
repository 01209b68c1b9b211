using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class SettingImportanceTests
{
    private static IReadOnlyList<SettingImportance> Of(Func<TrialSettings, int, double> rmse, int trials = 27) =>
        new Tuner(new FakeObjective(run => rmse(run.Settings, run.Trial)),
            new TuningOptions { Trials = trials, Epochs = 1, Seed = 6, Parallel = 1 }).Run().Importance;

    [Fact]
    public void A_setting_that_decides_alone_has_the_whole_share()
    {
        IReadOnlyList<SettingImportance> importance =
            Of((settings, _) => settings.Cell switch { CellKind.Gru => 2, CellKind.Lstm => 3, _ => 5 });
        Assert.Equal(("cell", "gru"), (importance[0].Setting.Name, importance[0].BestValues));
        Assert.Equal(1, importance[0].Share, 12);
        Assert.Equal(2, importance[0].BestError, 12);
        Assert.Equal(6, importance.Count);
        Assert.All(importance.Skip(1), each => Assert.InRange(each.Share, 0, 0.35));
    }

    [Fact]
    public void A_setting_of_many_values_is_judged_by_thirds()
    {
        SettingImportance first = Of((settings, _) => settings.LearningRate)[0];
        Assert.Equal("learning rate", first.Setting.Name);
        Assert.InRange(first.Share, 0.75, 0.99);
        double[] rates = [.. Enumerable.Range(1, 27).Select(trial => new SearchSpace().Draw(6, trial).LearningRate).Order()];
        Assert.Equal((rates[0], rates[8]), (first.BestFrom, first.BestTo));
        Assert.Equal(Math.Exp(rates[..9].Average(Math.Log)), first.BestError, 1e-12);
    }

    /// <summary>
    /// Twelve trials whose cells are given by the seed; the expected share is computed here from its definition with two figures a
    /// cell: 1 and e² or e and e³, so that log RMSE is 0 or 2, 1 or 3.
    /// </summary>
    [Fact]
    public void The_share_is_epsilon_squared_of_log_rmse()
    {
        List<(CellKind Cell, double Error)> seen = [];
        IReadOnlyList<SettingImportance> importance = Of(
            (settings, trial) =>
            {
                double error = (settings.Cell == CellKind.Lstm ? 1 : 0) + (2 * (trial % 2));
                seen.Add((settings.Cell, error));
                return Math.Exp(error);
            },
            trials: 12);
        double mean = seen.Average(each => each.Error), total = seen.Sum(each => Math.Pow(each.Error - mean, 2));
        double within = seen.GroupBy(each => each.Cell)
            .Sum(group => group.Sum(each => Math.Pow(each.Error - group.Average(other => other.Error), 2)));
        double expected = Math.Max(0, 1 - (within / (12 - 3) / (total / (12 - 1))));
        Assert.Equal(expected, importance.Single(each => each.Setting.Name == "cell").Share, 1e-12);
    }

    [Fact]
    public void Noise_has_small_shares_on_average()
    {
        var random = new RandomSource(5);
        double share = Enumerable.Range(0, 40).Average(_ => Of((_, _) => 1 + random.NextDouble()).Average(each => each.Share));
        Assert.InRange(share, 0, 0.06);
    }

    [Fact]
    public void Divergence_counts_as_the_worst_and_few_trials_say_nothing()
    {
        // The only error there is is also the worst.
        Assert.All(Of((settings, _) => settings.Layers == 2 ? double.NaN : 3, trials: 54), each => Assert.Equal(0, each.Share));
        SettingImportance layers = Of((settings, trial) => settings.Layers == 2 ? double.NaN : 3 + (trial % 2), trials: 54)[0];
        Assert.Equal(("layers", "1"), (layers.Setting.Name, layers.BestValues));
        Assert.Empty(Of((_, trial) => trial, trials: 8));
        Assert.Equal(6, Of((_, trial) => trial, trials: 9).Count);
    }

    [Fact]
    public void A_setting_that_is_always_the_same_is_left_out()
    {
        var options = new TuningOptions { Trials = 9, Epochs = 1, Space = new SearchSpace { Layers = new(1, 1), Cells = [CellKind.Gru] } };
        Assert.Equal(
            ["dropout", "learning rate", "units", "window"],
            new Tuner(new FakeObjective(run => run.Trial), options).Run().Importance.Select(each => each.Setting.Name).Order());
    }
}
