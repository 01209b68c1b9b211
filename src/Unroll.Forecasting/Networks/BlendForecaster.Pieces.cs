using System.Globalization;

namespace Unroll.Forecasting;

/// <content>How a fit is made in pieces, by several machines.</content>
public sealed partial class BlendForecaster
{
    /// <summary>
    /// What takes long of a fit and can be done by itself, in any order and on any machine of the same build: a network each, and groups of
    /// series to which a rule is fitted. A fit that finds them in <see cref="Work"/> has the same bits as one that does all itself.
    /// </summary>
    /// <param name="task">What is learnt from.</param>
    /// <returns>Names such as <c>lstm/3</c> or <c>ets/0</c>, for <see cref="FitPiece"/>, the longest first.</returns>
    public IReadOnlyList<string> Pieces(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return
        [
            .. _members.Where(member => member.CanLearn(task))
                .OrderByDescending(UsualTime.Rank)
                .SelectMany(member => Enumerable.Range(0, member switch
                {
                    EnsembleForecaster networks => networks.Recipe.Members,
                    BaselineForecaster { IsSlow: true } rule => rule.GroupsOf(task),
                    _ => 0,
                }).Select(number => string.Create(CultureInfo.InvariantCulture, $"{member.Key}/{number}"))),
        ];
    }

    /// <summary>Does one piece of a fit, and keeps it in <see cref="Work"/>. This forecaster is not fitted by that.</summary>
    /// <param name="piece">From <see cref="Pieces"/> of the same task.</param>
    /// <param name="task">What is learnt from.</param>
    /// <param name="refits">Whether what is needed to fit again to all rows, as <see cref="PartsForecaster.Refit"/> does to
    /// <see cref="ForecastTask.Whole"/>, is done too.</param>
    /// <param name="cancellationToken">Ends it; nothing of it may be used then.</param>
    /// <exception cref="ArgumentException">There is no such piece.</exception>
    /// <exception cref="InvalidOperationException">There is no <see cref="Work"/>.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite.</exception>
    /// <exception cref="UnrollException">There are too few training rows, or a value that is needed is missing.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void FitPiece(string piece, ForecastTask task, bool refits, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(piece);
        ArgumentNullException.ThrowIfNull(task);
        if (_work is null)
            throw new InvalidOperationException("A piece of a fit is kept, but there is no place for it. Set Work first.");
        if (!Pieces(task).Contains(piece))
            throw new ArgumentException($"There is no piece {piece}.", nameof(piece));
        int slash = piece.LastIndexOf('/'), number = int.Parse(piece.AsSpan(slash + 1), CultureInfo.InvariantCulture);
        PartsForecaster member = _members.First(each => each.Key == piece[..slash]);
        var run = new FitRun(member.Name, null, cancellationToken);
        try
        {
            if (member is EnsembleForecaster networks)
                networks.FitMember(number, task, refits, run);
            else
                ((BaselineForecaster)member).FitGroup(number, task, refits, run);
            cancellationToken.ThrowIfCancellationRequested();
        }
        catch (UnrollException reason) when (member is BaselineForecaster && _members.Count > 1 && reason is not TrainingDivergedException)
        {
            // The fit finds the same, and leaves the rule out.
        }
    }
}
