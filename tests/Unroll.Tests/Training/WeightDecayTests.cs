using System.Text.Json;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>Which weights decay, and what a recipe says of optimisers.</summary>
public class WeightDecayTests
{
    public static TheoryData<Optimizer> Decaying =>
    [
        new AdamW { LearningRate = 0.1, WeightDecay = 0.5 }, new Sgd { LearningRate = 0.1, WeightDecay = 0.5 },
        new Sgd { LearningRate = 0.1, WeightDecay = 0.5, Momentum = 0.9 },
        new Nadam { LearningRate = 0.1, WeightDecay = 0.5 }, new Lion { LearningRate = 0.1, WeightDecay = 0.5 },
    ];

    /// <summary>The targets are what the model gives, so that there are no gradients, and each step leaves 1 − 0.1·0.5.</summary>
    [Theory]
    [MemberData(nameof(Decaying))]
    public void What_is_excluded_does_not_decay(Optimizer optimizer)
    {
        foreach (double rate in new[] { 1, 0.4 })
        {
            Model model = new Model(new Dense(5) { Name = "a" }, new Dense(3) { Name = "b" }).Build(new Shape(4), seed: 1);
            float[] before = Enumerable.Repeat(0f, 8).ToArray();
            foreach (string layer in new[] { "a", "b" })
                model.SetWeights($"{layer}/bias", before.AsSpan(0, layer == "a" ? 5 : 3));
            float[] kernel = model.GetWeights("a/kernel");
            var options = new TrainingOptions
            {
                Epochs = 1,
                BatchSize = 1,
                Optimizer = optimizer with { ExcludeFromDecay = ["b/", "bias"] },
                LayerRates = new Dictionary<string, double> { ["a"] = rate },
            };
            float[] second = model.GetWeights("b/kernel");
            model.Fit(new ArraySamples(new float[8], new Shape(4), new float[6], new Shape(3)), options);
            float kept = (float)Math.Pow(1 - 0.05 * rate, 2);
            Assert.Equal(kernel.Select(w => w * kept), model.GetWeights("a/kernel"), (x, y) => Math.Abs(x - y) < 1e-6f);
            Assert.Equal(second, model.GetWeights("b/kernel"));
        }
    }

    /// <summary>Biases that lie between kernels, in the middle of a vector, have the steps of Adam, to the bit.</summary>
    [Fact]
    public void Left_out_of_decay_are_the_parameters_that_are_named_and_no_others()
    {
        Model Trained(Optimizer optimizer)
        {
            Model model = new Model(new Dense(5) { Name = "a" }, new Dense(1) { Name = "b" }).Build(new Shape(1), seed: 1);
            model.Fit(TestSamples.Line(3, [.. Enumerable.Range(1, 20).Select(x => x * 0.1f)]),
                new TrainingOptions { Epochs = 1, BatchSize = 20, Optimizer = optimizer });
            return model;
        }

        Model adam = Trained(new Adam()), all = Trained(new AdamW { WeightDecay = 1 }),
            some = Trained(new AdamW { WeightDecay = 1, ExcludeFromDecay = ["bias"] });
        foreach (string layer in new[] { "a", "b" })
        {
            Assert.Equal(adam.GetWeights($"{layer}/bias"), some.GetWeights($"{layer}/bias"));
            Assert.Equal(all.GetWeights($"{layer}/kernel"), some.GetWeights($"{layer}/kernel"));
            Assert.NotEqual(adam.GetWeights($"{layer}/kernel"), some.GetWeights($"{layer}/kernel"));
        }
    }

    [Fact]
    public void The_words_for_optimisers_stay_those_of_older_checkpoints()
    {
        static string Words(Optimizer optimizer) => JsonSerializer.Serialize(optimizer, TrainingJson.Default.Optimizer);
        Assert.Equal("""{"optimizer":"adam","Beta1":0.9,"Beta2":0.999,"Epsilon":1E-07,"LearningRate":0.001}""", Words(new Adam()));
        Assert.Equal("""{"optimizer":"adamw","WeightDecay":0.01,"Beta1":0.9,"Beta2":0.999,"Epsilon":1E-07,"LearningRate":0.001}""",
            Words(new AdamW()));
        Assert.Equal("""{"optimizer":"sgd","Momentum":0,"Nesterov":false,"LearningRate":0.01}""", Words(new Sgd()));
        Assert.Equal(
            """{"optimizer":"rmsprop","Rho":0.9,"Epsilon":1E-07,"EpsilonInsideRoot":false,"Momentum":0,"Centered":false,"LearningRate":0.001}""", Words(new RmsProp()));
        Assert.Equal(
            """{"optimizer":"lion","Beta1":0.9,"Beta2":0.99,"WeightDecay":0,"LearningRate":0.0001,"ExcludeFromDecay":["bias"]}""",
            Words(new Lion { ExcludeFromDecay = ["bias"] }));
        Assert.Equal("Sgd { LearningRate = 0.01, Momentum = 0.5, Nesterov = False, WeightDecay = 0 }",
            new Sgd { Momentum = 0.5 }.ToString());
        Assert.Equal(new Lion { ExcludeFromDecay = ["bias"] }, new Lion { ExcludeFromDecay = ["bias"] });
        Assert.NotEqual(new Lion { ExcludeFromDecay = ["bias"] }, new Lion { ExcludeFromDecay = ["gamma"] });
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        (Optimizer, string)[] wrong =
        [
            (new Sgd { WeightDecay = -1 }, "SGD's weight decay is -1; it must be at least 0."),
            (new Lion { Beta1 = 1 }, "Lion has beta1 1 and beta2 0.99; both must be at least 0 and below 1."),
            (new Nadam { MomentumDecay = -1 }, "Nadam has beta1 0.9, beta2 0.999, epsilon 1E-07, momentum decay -1; the betas must be at "
                + "least 0 and below 1, epsilon above 0, the momentum decay at least 0."),
            (new Adagrad { InitialSum = -1 },
                "Adagrad has an initial sum of -1 and epsilon 1E-07; the sum must be at least 0, epsilon above 0."),
            (new AdamW { ExcludeFromDecay = ["bias", ""] },
                "ExcludeFromDecay has an empty text, which is part of every name. Give parts of names, for example \"bias\"."),
        ];
        foreach ((Optimizer optimizer, string message) in wrong)
            Assert.Equal(message, Assert.Throws<UnrollException>(optimizer.Validate).Message);
    }
}
