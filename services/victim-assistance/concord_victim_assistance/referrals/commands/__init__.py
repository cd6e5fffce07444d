"""What each side does with referrals: the owner's acts and the recipient's acts."""

from concord_victim_assistance.referrals.commands.owner import Offer, OwnerSide, Preview
from concord_victim_assistance.referrals.commands.recipient import Opened, RecipientSide

__all__ = ["Offer", "Opened", "OwnerSide", "Preview", "RecipientSide"]
