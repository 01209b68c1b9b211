namespace Unroll.Forecasting;

/// <summary>A forecaster could not be fitted in its time.</summary>
internal sealed class OutOfTimeException : Exception
{
    public OutOfTimeException()
        : base("The time is up.")
    {
    }
}

/// <summary>
/// How long the networks of one kind may take, from choosing to the last fit, and what came of it: as many are trained as fit, at least
/// one, and that one until the time to choose is up. A network that cannot be trained anew in time, on more rows, stays as
/// it was trained before.
/// </summary>
/// <param name="clock">What tells the time.</param>
/// <param name="whole">All time that is left for networks.</param>
/// <param name="kinds">How many kinds of networks there are that have no time yet, this one among them.</param>
/// <param name="isNeeded">Whether there is nothing else: at least one epoch is then trained, however long it takes.</param>
internal sealed class NetworkTime(TimeProvider clock, TimeSpan whole, int kinds, bool isNeeded)
{
    private readonly long _start = clock.GetTimestamp();
    private TimeSpan? _ofKind;
    private double _choosing, _final = 1;

    /// <summary>What tells the time.</summary>
    public TimeProvider Clock => clock;

    /// <summary>How long this kind may take; all of the time where there is not enough for a network of each kind.</summary>
    public TimeSpan Allowed => _ofKind ?? whole;

    /// <summary>What one network of this kind takes in all; null before one is trained.</summary>
    public TimeSpan? PerNetwork { get; private set; }

    /// <summary>Whether a fit to all rows follows.</summary>
    public bool Refits { get; init; }

    /// <summary>How long a sample of an epoch takes; kept from a fit for the next.</summary>
    public TimeSpan PerSample { get; set; }

    /// <summary>How many networks there are.</summary>
    public int Trained { get; private set; }

    /// <summary>How many of them ended before they stopped to get better.</summary>
    public int Cut { get; private set; }

    /// <summary>How many stayed as they were when they should have been trained on more rows.</summary>
    public int Stayed { get; private set; }

    private TimeSpan Elapsed => clock.GetElapsedTime(_start);

    /// <summary>How much of the time goes to which fit, by the rows of each.</summary>
    /// <param name="choosing">Rows that networks learn from to choose epochs, and those that they are judged on.</param>
    /// <param name="final">All training rows.</param>
    /// <param name="again">Of the fit to all rows; 0 for none.</param>
    public void Divide(double choosing, double final, double again)
    {
        // Choosing goes on for some epochs after the best.
        const double Longer = 1.3;
        double sum = (Longer * choosing) + final + again;
        (_choosing, _final) = (Longer * choosing / sum, final / Math.Max(1, final + again));
    }

    /// <summary>What ends the training of a network in the moment that its time is up.</summary>
    public Deadline Choosing() => new(clock, (Allowed * _choosing) - Elapsed, isNeeded);

    /// <summary>The end of the fit to all training rows, or of the last.</summary>
    public Deadline Final() => new(clock, (Allowed - Elapsed) * _final, false);

    /// <summary>Takes in that some networks were chosen, side by side; whether as many more fit.</summary>
    /// <param name="count">How many.</param>
    /// <param name="cut">How many of them ended before their time.</param>
    /// <param name="took">How long they took.</param>
    public bool HasTimeFor(int count, int cut, TimeSpan took)
    {
        Trained += count;
        Cut += cut;
        if (PerNetwork is null && count > 0)
        {
            PerNetwork = took / count / _choosing;
            if (whole >= PerNetwork.Value * kinds)
                _ofKind = whole / kinds;
        }

        return cut == 0 && Elapsed + took <= Allowed * _choosing;
    }

    /// <summary>Takes in that a network stayed as it was.</summary>
    public void Stay() => Stayed++;
}

/// <summary>When a training must end.</summary>
internal sealed class Deadline(TimeProvider clock, TimeSpan allowed, bool isNeeded)
{
    private readonly long _start = clock.GetTimestamp();

    public TimeSpan Left => allowed - clock.GetElapsedTime(_start);

    /// <summary>Whether it must end at a moment.</summary>
    public bool IsOver(TrainingEvent moment) => Left <= TimeSpan.Zero
        && !(isNeeded && moment is { Epoch: 1, Kind: TrainingEventKind.StepEnded });

    /// <summary>What tells how long something takes.</summary>
    public TimeProvider Clock => clock;
}
