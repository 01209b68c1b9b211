namespace Unroll.Server;

/// <summary>Tells pages how a network of a shape learns: its losses in bits, beside that of counting.</summary>
internal sealed class LearningCurve(RunEvents events)
{
    private const int PointsAnEpoch = 10;

    private readonly List<double> _at = [], _loss = [], _validation = [];
    private double _counted = double.NaN, _sum;
    private int _step;

    /// <summary>Tells that data are read and counted.</summary>
    public void Begin() => events.Tell("learning", new View("reading", 0, 0, 0, double.NaN, _at, _loss, _validation, _counted));

    /// <param name="bits">The loss of counting on the validation part, in bits.</param>
    public void SetCounting(double bits) => _counted = bits;

    /// <summary>Takes in a moment of training; a cross-entropy is told in bits.</summary>
    public void See(TrainingEvent moment)
    {
        if (moment.Kind == TrainingEventKind.StepEnded)
        {
            // The loss of a moment is the mean of the epoch so far; that of the newest steps is what moves.
            if (moment.Step == moment.StepsPerEpoch || Part(moment.Step) == Part(moment.Step - 1))
                return;
            Add(moment, moment.Epoch - 1 + (moment.Step / (double)moment.StepsPerEpoch), double.NaN);
            (_sum, _step) = (moment.Loss * moment.Step, moment.Step);
        }
        else if (moment.Kind == TrainingEventKind.EpochEnded)
        {
            Add(moment with { Step = moment.StepsPerEpoch }, moment.Epoch, (moment.ValidationLoss ?? double.NaN) / Math.Log(2));
            (_sum, _step) = (0, 0);
        }

        long Part(int step) => (long)step * PointsAnEpoch / moment.StepsPerEpoch;
    }

    /// <summary>Tells that what was held out is being read.</summary>
    public void Judge() => events.Tell("learning", new View("judging", 0, 0, 0, double.NaN, _at, _loss, _validation, _counted));

    private void Add(TrainingEvent moment, double at, double validation)
    {
        _at.Add(Math.Round(at, 3));
        _loss.Add(((moment.Loss * moment.Step) - _sum) / Math.Max(1, moment.Step - _step) / Math.Log(2));
        _validation.Add(validation);
        double seconds = moment.Elapsed.TotalSeconds;
        events.Tell("learning", new View(
            "learning", moment.Epoch, moment.Epochs, Math.Round(seconds, 3), Math.Round(seconds * ((moment.Epochs / at) - 1), 1),
            _at, _loss, _validation, _counted));
    }

    /// <param name="Stage">reading, learning or judging.</param>
    /// <param name="Epoch">The one at work, from 1; 0 before the first and after the last.</param>
    /// <param name="Seconds">Since training began.</param>
    /// <param name="Left">Seconds until it ends, about.</param>
    /// <param name="At">Where the points are, in epochs.</param>
    /// <param name="Loss">Bits a token of the rows that it learns from, since the point before.</param>
    /// <param name="Validation">Bits a token of the validation part, at the ends of epochs; null between them.</param>
    /// <param name="Counted">Bits a token of the validation part by counting.</param>
    internal sealed record View(
        string Stage, int Epoch, int Epochs, double Seconds, double Left, IReadOnlyList<double> At, IReadOnlyList<double> Loss,
        IReadOnlyList<double> Validation, double Counted);
}
