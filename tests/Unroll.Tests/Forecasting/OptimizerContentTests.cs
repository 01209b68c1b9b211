using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>Optimisers in the files of forecasters.</summary>
public class OptimizerContentTests
{
    public static TheoryData<Optimizer> All =>
    [
        new Sgd { LearningRate = 0.3, Momentum = 0.5, Nesterov = true, WeightDecay = 0.1 },
        new RmsProp { Rho = 0.5, Momentum = 0.2, Centered = true, EpsilonInsideRoot = true },
        new Adam { AmsGrad = true, Beta1 = 0.4 }, new AdamW { WeightDecay = 0.3, ExcludeFromDecay = ["bias", "gamma"] },
        new Nadam { MomentumDecay = 1, WeightDecay = 0.1, Beta2 = 0.9 },
        new Adagrad { InitialSum = 0.7, Epsilon = 1e-3 }, new Lion { Beta1 = 0.3, Beta2 = 0.4, WeightDecay = 0.2 },
    ];

    [Theory]
    [MemberData(nameof(All))]
    public void They_come_back_as_they_were(Optimizer optimizer) => Assert.Equal(optimizer, OptimizerContent.Of(optimizer).ToOptimizer());
}
