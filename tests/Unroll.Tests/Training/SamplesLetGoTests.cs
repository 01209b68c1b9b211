using System.Runtime.CompilerServices;
using Unroll.Layers;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>A model keeps nothing of what it was trained with and asked for.</summary>
public class SamplesLetGoTests
{
    [Fact]
    public void A_trained_model_does_not_keep_its_samples()
    {
        (Model model, WeakReference training, WeakReference validation) = Trained();
        Assert.True(Collected.Soon(training));
        Assert.True(Collected.Soon(validation));
        GC.KeepAlive(model);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (Model Model, WeakReference Training, WeakReference Validation) Trained()
    {
        ArraySamples Samples(int seed) => new(
            [.. TestData.Normal(60, seed).Select(value => (float)value)], new Shape(3, 2),
                [.. TestData.Normal(10, seed + 1).Select(value => (float)value)], new Shape(1));
        Model model = new Model(new Gru(3), new Dense(1)).Build(new Shape(3, 2), seed: 1);
        (ArraySamples training, ArraySamples validation) = (Samples(1), Samples(3));
        model.Fit(training, new TrainingOptions { Epochs = 2, Validation = validation });
        model.Predict(training);
        model.Evaluate(validation, new MeanSquaredError());
        return (model, new WeakReference(training), new WeakReference(validation));
    }
}
