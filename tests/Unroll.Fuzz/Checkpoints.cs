namespace Unroll.Fuzz;

/// <summary>Checkpoints that are edited, and then resumed.</summary>
internal static class Checkpoints
{
    private const int Epochs = 3;
    private static readonly string s_path = Path.Combine(Path.GetTempPath(), $"unroll-{Guid.NewGuid():N}.unroll");

    private static readonly ArraySamples s_samples = new(
        [.. Enumerable.Range(0, 40).Select(i => MathF.Sin(i))], new Shape(4, 1), [.. Enumerable.Range(0, 10).Select(i => MathF.Cos(i))],
            new Shape(1));

    private static TrainingOptions Options => new()
    {
        Epochs = Epochs,
        BatchSize = 5,
        Shuffle = false,
        Optimizer = new Adam { LearningRate = 0.01 },
        WeightAverage = new WeightAverage(0.9),
        Metrics = [new Mae(), new RSquared()],
        Checkpoint = new Checkpoint(s_path) { Resume = true },
    };

    /// <summary>After all epochs, and before the last.</summary>
    public static IReadOnlyList<(string Name, byte[] File)> All()
    {
        var all = new List<(string, byte[])>();
        for (int epochs = Epochs - 1; epochs <= Epochs; epochs++)
        {
            File.Delete(s_path);
            NewModel().Fit(s_samples, Options with { Epochs = epochs });
            all.Add((s_path, File.ReadAllBytes(s_path)));
        }

        File.Delete(s_path);
        return all;
    }

    /// <summary>Goes on from a file, to the end.</summary>
    public static void Resume(byte[] file, string path)
    {
        File.WriteAllBytes(path, file);
        try
        {
            NewModel().Fit(s_samples, Options);
        }
        catch (TrainingDivergedException)
        {
            // Weights of any size are weights.
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static Model NewModel() => new Model(new Gru(2) { Stateful = true, Dropout = 0.1 }, new Dense(1)) { Threads = 1 }
        .Build(new Shape(4, 1), 1);
}
