using System.Globalization;
using System.Text;
using Unroll.Cluster;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>A search: a piece is a training, called <c>RUNG/TRIAL</c>. A rung is handed in when the one before is complete.</summary>
/// <param name="tuner">The search.</param>
/// <param name="journal">Where results are kept; null at a worker.</param>
internal sealed class TunePieces(Tuner tuner, TuningJournal? journal = null) : IPieces
{
    private const string Diverged = "diverged";

    public string Setup => SetupHash.Of(tuner.Setup);

    public int Count => tuner.Rungs.Sum(rung => rung.Trials);

    public string Name => "trainings";

    public IReadOnlyList<Piece> Next() => [.. tuner.Next(journal!).Select(run => new Piece(
        ((run.Rung - 1) * tuner.Options.Trials) + run.Trial - 1, string.Create(CultureInfo.InvariantCulture, $"{run.Rung}/{run.Trial}")))];

    public void Take(PieceResult result)
    {
        string[] words = Encoding.UTF8.GetString(result.Content).Split(' ');
        double error = words[0] == Diverged ? double.PositiveInfinity : double.Parse(words[0], CultureInfo.InvariantCulture);
        double seconds = double.Parse(Encoding.UTF8.GetString(result.Measured), CultureInfo.InvariantCulture);
        journal!.Add(new TrialResult(RunOf(result.Piece.Key), error, int.Parse(words[1], CultureInfo.InvariantCulture), seconds));
    }

    public PieceOutput Compute(string key, CancellationToken cancellation)
    {
        TrialResult result = tuner.Train(RunOf(key), null, cancellation);
        string error = result.HasDiverged ? Diverged : result.Error.ToString("R", CultureInfo.InvariantCulture);
        return new PieceOutput(
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{error} {result.Parameters}")),
            Encoding.UTF8.GetBytes(result.Seconds.ToString("R", CultureInfo.InvariantCulture)));
    }

    private TrialRun RunOf(string key)
    {
        int[] numbers = [.. key.Split('/').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
        TuningOptions options = tuner.Options;
        return new TrialRun(numbers[1], numbers[0], tuner.Rungs[numbers[0] - 1].Epochs, options.Space.Draw(options.Seed, numbers[1]));
    }
}
