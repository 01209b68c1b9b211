using Xunit;

namespace Unroll.Tests.Decoding;

public class SamplingTests
{
    private static readonly float[] s_logits = [MathF.Log(0.1f), MathF.Log(0.4f), MathF.Log(0.2f), MathF.Log(0.3f)];

    public static TheoryData<Sampling, double[]> Cases => new()
    {
        { new Sampling(), [0.1, 0.4, 0.2, 0.3] },
        { new Sampling { Temperature = 0.5 }, [0.01 / 0.3, 0.16 / 0.3, 0.04 / 0.3, 0.09 / 0.3] },
        { new Sampling { Temperature = 0 }, [0, 1, 0, 0] },
        { new Sampling { TopK = 2 }, [0, 4.0 / 7, 0, 3.0 / 7] },
        { new Sampling { TopK = 1 }, [0, 1, 0, 0] },
        { new Sampling { TopP = 0.65 }, [0, 4.0 / 7, 0, 3.0 / 7] },
        { new Sampling { TopP = 0.75 }, [0, 4.0 / 9, 2.0 / 9, 3.0 / 9] },
        { new Sampling { TopP = 0.75, TopK = 2 }, [0, 4.0 / 7, 0, 3.0 / 7] },
        { new Sampling { TopP = 0.1 }, [0, 1, 0, 0] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tokens_come_as_often_as_they_should(Sampling sampling, double[] expected)
    {
        const int Draws = 20_000;
        var random = new Random(5);
        var counts = new int[4];
        for (int i = 0; i < Draws; i++)
            counts[sampling.Draw(s_logits, random.NextDouble())]++;
        for (int token = 0; token < 4; token++)
            Assert.Equal(expected[token], counts[token] / (double)Draws, 4 * Math.Sqrt(expected[token] * (1 - expected[token]) / Draws));
    }

    [Fact]
    public void Settings_and_logits_out_of_range()
    {
        Is("Sampling has temperature -1, top-k 0 and top-p 1; they must be at least 0, at least 0, and above 0 and at most 1.",
            new Sampling { Temperature = -1 }, s_logits);
        Is("Sampling has temperature 1, top-k -2 and top-p 1; they must be at least 0, at least 0, and above 0 and at most 1.",
            new Sampling { TopK = -2 }, s_logits);
        Is("Sampling has temperature 1, top-k 0 and top-p 0; they must be at least 0, at least 0, and above 0 and at most 1.",
            new Sampling { TopP = 0 }, s_logits);
        Is("None of the logits is a number. Train the model with a lower learning rate or with clipping.", new Sampling(),
            [float.NaN, float.NaN]);
    }

    private static void Is(string message, Sampling sampling, float[] logits) =>
        Assert.Equal(message, Assert.Throws<UnrollException>(() => sampling.Draw(logits, 0.5)).Message);
}
