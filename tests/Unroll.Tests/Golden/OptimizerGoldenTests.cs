using System.Text.Json;
using Unroll.Kernels;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Golden;

/// <summary>Steps with given gradients, against those of torch.optim; the file says what weights and gradients are.</summary>
public class OptimizerGoldenTests
{
    private static readonly Dictionary<string, Optimizer> s_optimizers = new()
    {
        ["adam_amsgrad"] = new Adam { LearningRate = 0.01, Beta2 = 0.9, Epsilon = 1e-8, AmsGrad = true },
        ["adamw"] = new AdamW { LearningRate = 0.01, Epsilon = 1e-8, WeightDecay = 0.1 },
        ["adamw_amsgrad"] = new AdamW { LearningRate = 0.01, Beta2 = 0.9, Epsilon = 1e-8, WeightDecay = 0.1, AmsGrad = true },
        ["nadam"] = new Nadam { LearningRate = 0.01, Epsilon = 1e-8 },
        ["adagrad"] = new Adagrad { LearningRate = 0.1, InitialSum = 0, Epsilon = 1e-10 },
        ["adagrad_initial"] = new Adagrad { LearningRate = 0.1, InitialSum = 0.1 },
    };

    public static TheoryData<string> Names => [.. s_optimizers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Weights_are_those_of_libtorch(string name)
    {
        using JsonDocument file =
            JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "optimizer_steps.json")));
        JsonElement expected = file.RootElement.GetProperty("results").GetProperty(name).GetProperty("after");
        int count = file.RootElement.GetProperty("count").GetInt32(), steps = file.RootElement.GetProperty("steps").GetInt32(), checks = 0;
        var vector = new ColumnRange(0, 16);
        double[] weights = new double[16], gradients = new double[16];
        for (int i = 0; i < count; i++)
            weights[i] = Math.Round(Math.Sin(1.3 * i + 0.5), 6);
        OptimizerSlots<double> sums = new OptimizerState<double>(s_optimizers[name].Slots, 16).Some(vector);
        for (int t = 0; t < steps; t++)
        {
            for (int i = 0; i < count; i++)
                gradients[i] = Math.Round(Math.Cos(0.7 * t + 1.9 * i) * Math.Pow(10, -(i % 4)) * (1 + t % 5), 9);
            s_optimizers[name].Step(new OptimizerStep<double>(Kernels<double>.Best, weights, gradients, sums, vector)
            { Rate = s_optimizers[name].LearningRate, Number = t + 1 });
            if (!expected.TryGetProperty($"{t + 1}", out JsonElement after))
                continue;
            checks++;
            for (int i = 0; i < count; i++)
                Assert.Equal(after[i].GetDouble(), weights[i], 1e-12);
        }

        Assert.Equal(4, checks);
    }
}
