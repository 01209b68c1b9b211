using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class SearchSpaceTests
{
    private static TrialSettings[] Draws(SearchSpace space, int count, int seed = 1) =>
        [.. Enumerable.Range(1, count).Select(trial => space.Draw(seed, trial))];

    [Fact]
    public void Every_draw_lies_within_the_space_and_its_ends_are_reached()
    {
        var space = new SearchSpace { Units = new(8, 11), Window = new(5, 7), Dropout = new(0, 0.04), LearningRate = new(1e-4, 1.02e-4) };
        TrialSettings[] draws = Draws(space, 2000);
        Assert.Equal([CellKind.SimpleRnn, CellKind.Lstm, CellKind.Gru], draws.Select(draw => draw.Cell).Distinct().Order());
        Assert.Equal([1, 2], draws.Select(draw => draw.Layers).Distinct().Order());
        Assert.Equal([8, 9, 10, 11], draws.Select(draw => draw.Units).Distinct().Order());
        Assert.Equal([5, 6, 7], draws.Select(draw => draw.Window).Distinct().Order());
        Assert.Equal([0, 0.01, 0.02, 0.03, 0.04], draws.Select(draw => draw.Dropout).Distinct().Order());
        Assert.Equal([1e-4, 1.01e-4, 1.02e-4], draws.Select(draw => draw.LearningRate).Distinct().Order());
    }

    /// <summary>From 8 to 128 are four doublings; each has a quarter of the draws, give or take four deviations.</summary>
    [Fact]
    public void Units_window_and_learning_rate_are_even_by_their_logarithm()
    {
        const int Count = 8000;
        TrialSettings[] draws = Draws(new SearchSpace { Units = new(8, 127), Window = new(8, 127), LearningRate = new(1e-4, 1e-2) }, Count);
        double Share(Func<TrialSettings, bool> isIn) => (double)draws.Count(isIn) / Count;
        for (int least = 8; least < 128; least *= 2)
        {
            Assert.Equal(0.25, Share(draw => draw.Units >= least && draw.Units < 2 * least), 0.02);
            Assert.Equal(0.25, Share(draw => draw.Window >= least && draw.Window < 2 * least), 0.02);
        }

        Assert.Equal(0.5, Share(draw => draw.LearningRate < 1e-3), 0.023);
    }

    [Fact]
    public void A_trial_depends_on_the_seed_and_its_number_only()
    {
        var space = new SearchSpace();
        TrialSettings[] draws = Draws(space, 20);
        Assert.Equal(draws[16], space.Draw(1, 17));
        Assert.Equal(20, draws.Distinct().Count());
        Assert.NotEqual(draws[0], space.Draw(2, 1));
        // Another range of one setting leaves the others as they were.
        TrialSettings wider = (space with { Units = new(300, 400) }).Draw(1, 17);
        Assert.InRange(wider.Units, 300, 400);
        Assert.Equal(draws[16], wider with { Units = draws[16].Units });
    }

    [Fact]
    public void What_no_network_can_have_is_refused()
    {
        string Refused(SearchSpace space) => Assert.Throws<UnrollException>(() => space.Draw(1, 1)).Message;
        Assert.Equal("The search has no cell to choose. Give it at least one of Lstm, Gru and SimpleRnn.",
            Refused(new SearchSpace { Cells = [] }));
        Assert.Equal("The search's range of units, 9..8, ends before it begins. Put the smaller number first.",
            Refused(new SearchSpace { Units = new(9, 8) }));
        Assert.Equal("The search's range of window is 0..8; it must be at least 1.", Refused(new SearchSpace { Window = new(0, 8) }));
        Assert.Equal("The search's range of dropout is 0.5..1; it must be at least 0 and below 1.",
            Refused(new SearchSpace { Dropout = new(0.5, 1) }));
        Assert.Equal("The search's range of learning rate is 0..0.1; it must be above 0.",
            Refused(new SearchSpace { LearningRate = new(0, 0.1) }));
    }

    [Fact]
    public void A_recipe_takes_what_was_drawn_and_keeps_the_rest()
    {
        var basis = new NetworkRecipe
        {
            Scaler = "standard",
            Threads = 7,
            Training = new TrainingOptions { BatchSize = 61, Seed = 4, Optimizer = new Adam { Beta1 = 0.8 } }
        };
        var settings = new TrialSettings { Cell = CellKind.Gru, Layers = 2, Units = 9, Window = 6, LearningRate = 0.02, Dropout = 0.1 };
        NetworkRecipe expected = basis with { Cell = CellKind.Gru, Layers = 2, Units = 9, Dropout = 0.1, Threads = 1 };
        expected = expected with
        {
            Training = expected.Training with { Epochs = 13, Optimizer = new Adam { Beta1 = 0.8, LearningRate = 0.02 } }
        };
        Assert.Equal(expected, settings.ToRecipe(basis, 13));
    }
}
