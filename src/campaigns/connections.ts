import { connectionType } from '../graphql-types/connection.js';
import { NotificationCampaign } from './campaign.entity.js';

export const NotificationCampaignConnection = connectionType(NotificationCampaign, 'NotificationCampaign');
